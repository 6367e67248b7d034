package dev.microtome.probing;

import java.util.List;

/**
 * One half of the experiment of Belrose et al. (2023, §5.2) at one hook point: classifiers fitted
 * to what an eraser leaves, of the labels and of the concept, and the gaps of the former. The label
 * classifier is fitted anew after each eraser, not carried over from the activations as they were.
 *
 * @param projection the eraser
 * @param label classifier of the labels
 * @param concept classifier of the concept's two groups
 * @param squaredDistance mean of ‖x − x̂‖² over the documents held out
 */
public record GapExperiment(
    ErasedExamples.Projection projection,
    TprGaps gaps,
    ProbeTrainer.Classifier label,
    ProbeTrainer.Classifier concept,
    double squaredDistance) {

  /**
   * Documents with their labels and with their groups, in the same order; the activations are
   * shared.
   */
  public record Split(Examples labels, Examples groups) {
    TprGaps.Grouped grouped() {
      return new TprGaps.Grouped(labels.labels(), groups.labels());
    }
  }

  /**
   * Does it.
   *
   * @param trainer of logistic regressions alone
   * @param groups names of the two groups
   * @throws IllegalArgumentException if a label or group has no document to fit to
   */
  public static GapExperiment of(
      ErasedExamples.Projection projection,
      Split train,
      Split test,
      ProbeTrainer trainer,
      List<String> labels,
      List<String> groups) {
    ProbeTrainer.Classifier concept;
    try (ErasedExamples erased =
        ErasedExamples.of(projection, train.groups(), test.groups(), groups.size())) {
      concept = erased.probes(trainer, groups).get(0);
    }
    try (ErasedExamples erased =
        ErasedExamples.of(projection, train.labels(), test.labels(), labels.size())) {
      ProbeTrainer.Classifier label = erased.probes(trainer, labels).get(0);
      TprGaps gaps =
          TprGaps.of(train.grouped(), test.grouped(), erased.guesses(label.probe()), labels.size());
      return new GapExperiment(projection, gaps, label, concept, erased.squaredDistance());
    }
  }
}
