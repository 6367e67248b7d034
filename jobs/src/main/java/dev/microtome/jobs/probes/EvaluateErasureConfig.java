package dev.microtome.jobs.probes;

import dev.microtome.config.ConfigException;
import dev.microtome.config.InputPath;
import dev.microtome.config.Option;
import dev.microtome.jobs.labels.LabelSource;
import dev.microtome.jobs.labels.Unlabelled;
import dev.microtome.probing.ProbeKind;
import dev.microtome.probing.ProbeSettings;
import java.util.List;
import java.util.Optional;

/** Configuration of {@link EvaluateErasure}. */
public record EvaluateErasureConfig(
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
                "concepts of classes, each by itself: values of the labels' column concept, or names of columns")
        List<String> concepts,
    @Option(
            doc =
                "erasers to evaluate, called given: a fit-leace output or run, or a folder of HOOK.safetensors; null: none",
            orElse = "null")
        Optional<InputPath> erasers,
    @Option(
            doc = "true: take erasers fitted to activations of another model; false: refuse them",
            orElse = "false")
        boolean acceptOtherModel,
    @Option(doc = "hook points to evaluate, as in the activations; []: all", orElse = "[]")
        List<String> hooks,
    @Option(
            doc =
                "what an activation without a label of the concept is: skip (it does not count) or class (it has a class of its own)",
            orElse = "skip")
        Unlabelled unlabelled,
    @Option(
            doc =
                "erasers fitted to the rows that probes are fitted to: leace, orthogonal, mean (along the largest class's mean alone), inlp, rlace",
            orElse = "[leace, orthogonal, mean, inlp, rlace]")
        List<ErasureKind> erasures,
    @Option(doc = "rounds of INLP", orElse = "4") int inlpRounds,
    @Option(doc = "dimensions that RLACE removes; 0: as many as LEACE", orElse = "0") int rlaceRank,
    @Option(doc = "iterations of RLACE", orElse = "200") int rlaceIterations,
    @Option(
            doc =
                "classifiers: logistic (multinomial logistic regression), mass-mean, difference-of-means, mlp (a network of one hidden layer)",
            orElse = "[logistic, mlp]")
        List<ProbeKind> probes,
    @Option(
            doc =
                "weights C of the losses against the ridge, as in scikit-learn, of which cross-validation chooses one for each logistic regression",
            orElse = "[1e-4, 1e-2, 1, 100]")
        List<Double> c,
    @Option(
            doc = "share of the sequences that probes are scored on, and never fitted to",
            orElse = "0.25")
        double testShare,
    @Option(doc = "folds of the other sequences, for cross-validation", orElse = "4") int folds,
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
    @Option(doc = "seed of splits, samples, RLACE and the mlp's weights", orElse = "0") long seed) {

  public EvaluateErasureConfig {
    concepts = ProbeKeys.concepts(concepts, List.of());
    hooks = List.copyOf(hooks);
    erasures = List.copyOf(erasures);
    probes = List.copyOf(probes);
    c = ProbeKeys.positive("c", c);
    if (probes.isEmpty()) {
      throw new ConfigException("probes", "[]", "needs at least one, such as logistic");
    }
    if (erasures.isEmpty() && erasers.isEmpty()) {
      throw new ConfigException("erasures", "[]", "needs at least one, or erasers");
    }
    if (rlaceRank < 0) {
      throw new ConfigException("rlace-rank", rlaceRank, "must be at least 0");
    }
    ProbeKeys.requireShare("max-unlabelled", maxUnlabelled);
    ProbeKeys.requireShare("max-unmatched-labels", maxUnmatchedLabels);
    ProbeKeys.requirePositive("inlp-rounds", inlpRounds);
    ProbeKeys.requirePositive("rlace-iterations", rlaceIterations);
    ProbeKeys.requirePositive("train-rows", trainRows);
    ProbeKeys.requirePositive("test-rows", testRows);
    ProbeKeys.requirePositive("rows-per-part", rowsPerPart);
    ProbeKeys.requirePositive("mlp-hidden", mlpHidden);
    ProbeKeys.requirePositive("mlp-steps", mlpSteps);
    ProbeKeys.split(seed, testShare, folds);
  }

  LabelSource source() {
    return new LabelSource(activations, labels, concepts, List.of());
  }

  SampleSettings sample() {
    return new SampleSettings(ProbeKeys.split(seed, testShare, folds), trainRows, testRows);
  }

  ErasureSettings erasureSettings() {
    return new ErasureSettings(
        erasures,
        inlpRounds,
        rlaceRank,
        rlaceIterations,
        new ProbeSettings(
            probes, c, List.of(1.0), ProbeKeys.mlp(mlpHidden, mlpSteps), sample().split()));
  }
}
