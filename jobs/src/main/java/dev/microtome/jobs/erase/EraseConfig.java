package dev.microtome.jobs.erase;

import dev.microtome.config.ConfigException;
import dev.microtome.config.InputPath;
import dev.microtome.config.Option;
import dev.microtome.jobs.labels.Unlabelled;
import java.util.List;
import java.util.Optional;

/** Configuration of {@link Erase}. */
public record EraseConfig(
    @Option(
            doc =
                "activations of any number of hook points: a collect-activations output, run or table")
        InputPath activations,
    @Option(doc = "erasers: a fit-leace output or run, or a folder of HOOK.safetensors")
        InputPath erasers,
    @Option(
            doc =
                "concept to erase; several at once are one concept of fit-leace, such as gender/number")
        String concept,
    @Option(
            doc = "hook points to write, as in the activations; []: all, each with an eraser",
            orElse = "[]")
        List<String> hooks,
    @Option(
            doc = "true: take erasers fitted to activations of another model; false: refuse them",
            orElse = "false")
        boolean acceptOtherModel,
    @Option(
            doc =
                "labels of the activations where the erasers need them (method = oracle or quadratic): by sequence_id and position, such as a generate-corpus output, or a table; null: the concept is a column of the activations",
            orElse = "null")
        Optional<InputPath> labels,
    @Option(
            doc =
                "what an activation without a label is, where the erasers need them: skip (it is left out) or class (of a class of its own, which the erasers must have been fitted with)",
            orElse = "skip")
        Unlabelled unlabelled,
    @Option(doc = "activations in a part, the unit that is retried and resumed", orElse = "65536")
        int rowsPerPart) {

  public EraseConfig {
    hooks = List.copyOf(hooks);
    if (rowsPerPart < 1) {
      throw new ConfigException("rows-per-part", rowsPerPart, "must be at least 1");
    }
  }
}
