package dev.microtome.jobs.scrubbing;

import dev.microtome.config.ConfigException;
import dev.microtome.config.InputPath;
import dev.microtome.config.Option;
import dev.microtome.erasure.EraserMethod;
import dev.microtome.erasure.EraserSettings;
import dev.microtome.erasure.SingularValueTolerance;
import dev.microtome.jobs.labels.EraserKeys;
import dev.microtome.jobs.labels.Unlabelled;
import java.util.List;
import java.util.Optional;

/** Configuration of {@link Scrub}. */
public record ScrubConfig(
    @Option(
            doc =
                "model folder (config.json, *.safetensors and, where there is one, tokenizer.json, which must be the one that made the tokens), or a train-model output, OUTPUT or OUTPUT/NAME, whose last step counts")
        InputPath model,
    @Option(
            doc =
                "tokens that erasers are fitted to: a tokenize or generate-corpus output, run or table")
        InputPath tokens,
    @Option(
            doc =
                "labels of the tokens by sequence_id and position, such as a generate-corpus output, or a table")
        InputPath labels,
    @Option(
            doc =
                "concept to scrub: a value of the labels' column concept, or the name of a column; several columns with / between are one concept")
        String concept,
    @Option(
            doc =
                "true: the concept's values are numbers and not classes; columns of float or double always are",
            orElse = "false")
        boolean realValued,
    @Option(
            doc =
                "hook points to scrub, named as in TransformerLens, * for every layer, in whatever order: it is that of the pass. The paper's algorithm erases from the input of every layer, as here; its authors' code from what attention and MLP read, [blocks.*.ln1.hook_normalized, blocks.*.ln2.hook_normalized]",
            orElse = "[\"blocks.*.hook_resid_pre\"]")
        List<String> hooks,
    @Option(
            doc =
                "tokens whose losses are compared, such as ones held out: an output, run or table; null: those fitted to",
            orElse = "null")
        Optional<InputPath> heldOutTokens,
    @Option(
            doc =
                "what a token without a label is: skip (no eraser is fitted to it, all are applied to it) or class (it has a class of its own)",
            orElse = "skip")
        Unlabelled unlabelled,
    @Option(
            doc = "leace (moves activations least) or orth (orthogonal projection)",
            orElse = "leace")
        EraserMethod method,
    @Option(
            doc =
                "true: projections go through the mean, which stays, those of random subspaces too; false: through zero",
            orElse = "true")
        boolean affine,
    @Option(doc = EraserKeys.SHRINKAGE, orElse = "false") boolean shrinkage,
    @Option(doc = EraserKeys.CONSTRAIN_COV_TRACE, orElse = "true") boolean constrainCovTrace,
    @Option(doc = EraserKeys.SVD_TOLERANCE, orElse = "1e-6") double svdTolerance,
    @Option(doc = EraserKeys.SVD_TOLERANCE_KIND, orElse = "relative")
        SingularValueTolerance.Kind svdToleranceKind,
    @Option(doc = EraserKeys.RIDGE, orElse = EraserKeys.FLOAT32_RIDGE) double ridge,
    @Option(
            doc =
                "models that are compared with under erasers of random subspaces of the same rank at the same hook points; 0: none. Each takes as many passes as the scrubbed model",
            orElse = "1")
        int randomSubspaces,
    @Option(doc = "seed of the random subspaces", orElse = "0") long seed,
    @Option(doc = "largest share of the tokens that may lack a label, from 0 to 1", orElse = "1")
        double maxUnlabelled,
    @Option(
            doc =
                "largest share of the concept's labels that may lack a token, from 0 to 1: the tokens may be some of the labelled ones",
            orElse = "0.5")
        double maxUnmatchedLabels,
    @Option(
            doc =
                "true: take tokens that another tokenizer.json than the model's made, as long as every id is in the model's vocabulary (there are no bits a byte then); false: refuse them",
            orElse = "false")
        boolean acceptOtherTokenizer,
    @Option(
            doc =
                "most tokens of a batch, padding included; a longer sequence is a batch of its own",
            orElse = "1024")
        int batchTokens,
    @Option(
            doc =
                "sequences in a part, the unit that is retried and resumed; a task holds their labels, and 8 bytes for each pair of dimensions",
            orElse = "256")
        int sequencesPerPart) {

  public ScrubConfig {
    hooks = List.copyOf(hooks);
    if (hooks.isEmpty()) {
      throw new ConfigException(
          "hooks", "[]", "needs at least one hook point, such as blocks.*.hook_resid_pre");
    }
    if (concept.isBlank() || concept.startsWith("random_")) {
      throw new ConfigException(
          "concept",
          "'" + concept + "'",
          "must be the name of a concept; random_N are the random subspaces");
    }
    new EraserKeys(
        affine,
        shrinkage,
        constrainCovTrace,
        svdTolerance,
        svdToleranceKind,
        ridge,
        maxUnlabelled,
        maxUnmatchedLabels);
    atLeast("random-subspaces", randomSubspaces, 0);
    atLeast("batch-tokens", batchTokens, 1);
    atLeast("sequences-per-part", sequencesPerPart, 1);
  }

  private static void atLeast(String key, int value, int least) {
    if (value < least) {
      throw new ConfigException(key, value, "must be at least " + least);
    }
  }

  List<String> realValuedConcepts() {
    return realValued ? List.of(concept) : List.of();
  }

  EraserKeys keys() {
    return new EraserKeys(
        affine,
        shrinkage,
        constrainCovTrace,
        svdTolerance,
        svdToleranceKind,
        ridge,
        maxUnlabelled,
        maxUnmatchedLabels);
  }

  EraserSettings eraserSettings() {
    return keys().settings(method);
  }
}
