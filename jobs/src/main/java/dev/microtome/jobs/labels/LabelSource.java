package dev.microtome.jobs.labels;

import dev.microtome.config.InputPath;
import java.util.List;
import java.util.Optional;

/**
 * Which labels of which activations, as a configuration says it.
 *
 * @param activations the table of activations
 * @param labels a table of labels; empty where they are columns of the activations
 * @param realValued concepts whose values are numbers
 */
public record LabelSource(
    InputPath activations,
    Optional<InputPath> labels,
    List<String> concepts,
    List<String> realValued) {
  public LabelSource {
    concepts = List.copyOf(concepts);
    realValued = List.copyOf(realValued);
  }
}
