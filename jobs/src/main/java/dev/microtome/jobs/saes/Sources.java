package dev.microtome.jobs.saes;

import dev.microtome.jobs.Inputs;
import dev.microtome.jobs.inputs.SequenceFacts;
import java.io.IOException;
import java.util.List;

/** The activations that a configuration names, hook by hook. */
sealed interface Sources permits StoredSources, ComputedSources {
  /** Finds them. */
  static Sources of(TrainSaeConfig config, Inputs inputs) throws IOException {
    return config.source() == TrainSaeConfig.Source.MODEL
        ? ComputedSources.of(config, inputs)
        : StoredSources.of(config, inputs);
  }

  /** The hooks that SAEs are trained on. */
  List<String> hooks();

  /**
   * Requires a hook that transcoders rebuild, one of {@link #hooks} or not.
   *
   * @throws dev.microtome.run.InputException if there is none of that name
   */
  void requireTarget(String hook) throws IOException;

  /** Values of a hook's activation. */
  int width(String hook) throws IOException;

  /** Rows of each block of a hook. */
  long[] blockRows(String hook) throws IOException;

  /**
   * Hooks whose activations cost less together than apart, among them these.
   *
   * @param ofSae the hooks of one SAE
   */
  List<String> together(List<String> ofSae);

  /** The sequences that the activations are of. */
  SequenceFacts sequences();

  /** A stream of hooks side by side. */
  StreamSource stream(List<String> hooks) throws IOException;
}
