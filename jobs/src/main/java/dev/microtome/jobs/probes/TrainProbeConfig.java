package dev.microtome.jobs.probes;

import dev.microtome.config.ConfigException;
import dev.microtome.config.InputPath;
import dev.microtome.config.Option;
import dev.microtome.jobs.labels.LabelSource;
import dev.microtome.jobs.labels.Unlabelled;
import dev.microtome.probing.ProbeFile;
import dev.microtome.probing.ProbeKind;
import dev.microtome.probing.ProbeSettings;
import dev.microtome.probing.ProbeTrainer;
import java.util.List;
import java.util.Optional;

/** Configuration of {@link TrainProbe}. */
public record TrainProbeConfig(
    @Option(
            doc =
                "activations of any number of hook points: a collect-activations output, run or table")
        InputPath activations,
    @Option(
            doc =
                "labels by sequence_id and position, such as a generate-corpus output, or a table; null: concepts are columns of the activations",
            orElse = "null")
        Optional<InputPath> labels,
    @Option(
            doc =
                "concepts to probe for, each by itself: values of the labels' column concept, or names of columns; several columns of numbers with / between are one concept, such as latitude/longitude")
        List<String> concepts,
    @Option(
            doc =
                "concepts whose values are numbers and not classes; columns of float or double always are",
            orElse = "[]")
        List<String> realValued,
    @Option(doc = "hook points to probe, as in the activations; []: all", orElse = "[]")
        List<String> hooks,
    @Option(
            doc =
                "what an activation without a label of the concept is: skip (it does not count) or class (it has a class of its own)",
            orElse = "skip")
        Unlabelled unlabelled,
    @Option(
            doc =
                "classifiers: logistic (multinomial logistic regression), mass-mean, difference-of-means, mlp (a network of one hidden layer)",
            orElse = "[logistic, mass-mean, difference-of-means]")
        List<ProbeKind> probes,
    @Option(
            doc =
                "weights C of the losses against the ridge, as in scikit-learn, of which cross-validation chooses one for each logistic regression",
            orElse = "[1e-4, 1e-2, 1, 100]")
        List<Double> c,
    @Option(
            doc =
                "ridges of regressions of numbers, shares of the mean squared activation from their mean, of which cross-validation chooses one",
            orElse = "[1e-6, 1e-4, 1e-2, 1, 100]")
        List<Double> ridge,
    @Option(
            doc =
                "fit logistic regressions and networks to random classes of token ids too, for their selectivity",
            orElse = "true")
        boolean controlLabels,
    @Option(
            doc = "share of the sequences that probes are scored on, and never fitted to",
            orElse = "0.25")
        double testShare,
    @Option(doc = "folds of the other sequences, for cross-validation", orElse = "4") int folds,
    @Option(
            doc =
                "what probes are fitted to and scored on: sample (at most train-rows and test-rows, in one task a hook point) or all (every row, by passes over the cluster; no mlp)",
            orElse = "sample")
        FitRows rows,
    @Option(
            doc = "rows of a hook point and concept to fit to at most, drawn at random",
            orElse = "20000")
        int trainRows,
    @Option(doc = "rows to score on at most", orElse = "10000") int testRows,
    @Option(doc = "width of the mlp's hidden layer", orElse = "64") int mlpHidden,
    @Option(doc = "steps of the mlp, of 128 rows each", orElse = "2000") int mlpSteps,
    @Option(
            doc =
                "largest share of a hook point's activations that may lack a label of a concept, from 0 to 1",
            orElse = "1")
        double maxUnlabelled,
    @Option(
            doc =
                "largest share of a concept's labels that may lack an activation, from 0 to 1: positions may be a sample",
            orElse = "0.5")
        double maxUnmatchedLabels,
    @Option(doc = "activations in a part, the unit that is retried and resumed", orElse = "65536")
        int rowsPerPart,
    @Option(doc = "seed of splits, samples, control labels and the mlp's weights", orElse = "0")
        long seed) {

  public TrainProbeConfig {
    concepts = ProbeKeys.concepts(concepts, realValued);
    for (String concept : concepts) {
      if (ProbeFile.RESERVED.contains(concept)) {
        throw new ConfigException(
            "concepts", concept, "is a word of the probes' files; rename the column or concept");
      }
    }
    realValued = List.copyOf(realValued);
    hooks = List.copyOf(hooks);
    probes = List.copyOf(probes);
    c = ProbeKeys.positive("c", c);
    ridge = ProbeKeys.positive("ridge", ridge);
    if (probes.isEmpty()) {
      throw new ConfigException("probes", "[]", "needs at least one, such as logistic");
    }
    if (rows == FitRows.ALL && probes.contains(ProbeKind.MLP)) {
      throw new ConfigException(
          "probes", "mlp", "is fitted to a sample in memory, which rows = all has not");
    }
    ProbeKeys.requireShare("max-unlabelled", maxUnlabelled);
    ProbeKeys.requireShare("max-unmatched-labels", maxUnmatchedLabels);
    ProbeKeys.requirePositive("train-rows", trainRows);
    ProbeKeys.requirePositive("test-rows", testRows);
    ProbeKeys.requirePositive("rows-per-part", rowsPerPart);
    ProbeKeys.requirePositive("mlp-hidden", mlpHidden);
    ProbeKeys.requirePositive("mlp-steps", mlpSteps);
    ProbeKeys.split(seed, testShare, folds);
  }

  LabelSource source() {
    return new LabelSource(activations, labels, concepts, realValued);
  }

  SampleSettings sample() {
    return new SampleSettings(ProbeKeys.split(seed, testShare, folds), trainRows, testRows);
  }

  ProbeSettings probeSettings() {
    return new ProbeSettings(
        probes, c, ridge, ProbeKeys.mlp(mlpHidden, mlpSteps), sample().split());
  }

  ProbeTrainer.Control control() {
    return controlLabels ? ProbeTrainer.Control.FITTED : ProbeTrainer.Control.NONE;
  }
}
