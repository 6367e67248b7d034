package dev.microtome.jobs.scrubbing;

import dev.microtome.erasure.HookScrubbing;
import dev.microtome.jobs.ModelFolder;
import dev.microtome.jobs.labels.LabelTable;
import dev.microtome.jobs.labels.Unlabelled;
import dev.microtome.model.HookPoint;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What all parts of a run share.
 *
 * @param hooks in the order of the pass
 * @param textLength whether the bytes of the text that tokens stand for are known
 * @param randomSubspaces models under erasers of random subspaces
 */
record Scrubbing(
    ModelFolder model,
    List<HookPoint> hooks,
    LabelTable labels,
    Unlabelled unlabelled,
    String concept,
    int randomSubspaces,
    int batchTokens,
    TextLength textLength)
    implements Serializable {
  /** Name of the unchanged model. */
  static final String ORIGINAL = "original";

  Scrubbing {
    hooks = List.copyOf(hooks);
  }

  /** Whether and how the bytes of a text are counted. */
  enum TextLength {
    /** By the model's tokenizer.json. */
    OF_TOKENIZER,

    /** There is no tokenizer, or it may be another than the tokens'. */
    UNKNOWN
  }

  /** The same with labels that are read elsewhere. */
  Scrubbing with(LabelTable others) {
    return new Scrubbing(
        model, hooks, others, unlabelled, concept, randomSubspaces, batchTokens, textLength);
  }

  HookPoint hook(int place) {
    return hooks.get(place);
  }

  /** Names of the random erasers, as files of erasers have them. */
  List<String> random() {
    return IntStream.range(0, randomSubspaces).mapToObj(HookScrubbing::random).toList();
  }

  /** Names of the models that are compared. */
  List<String> variants() {
    List<String> variants = new ArrayList<>(List.of(ORIGINAL, HookScrubbing.SCRUBBED));
    variants.addAll(random());
    return variants;
  }

  /** Folder of the relay with the moments of a hook point. */
  String moments(int place) {
    return "moments/" + hook(place);
  }

  /**
   * File of the relay with the moments of a part.
   *
   * @param number 0 of the concept, else of a random subspace
   */
  String moments(int place, int number, int part) {
    return "%s/%d/%d".formatted(moments(place), number, part);
  }

  /** These files of all parts, for the concept and each random subspace. */
  List<List<String>> moments(int place, int parts) {
    return IntStream.rangeClosed(0, randomSubspaces)
        .mapToObj(
            number ->
                IntStream.range(0, parts).mapToObj(part -> moments(place, number, part)).toList())
        .toList();
  }
}
