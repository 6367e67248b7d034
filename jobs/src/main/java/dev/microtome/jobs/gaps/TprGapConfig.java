package dev.microtome.jobs.gaps;

import dev.microtome.activations.Pooling;
import dev.microtome.config.ConfigException;
import dev.microtome.config.InputPath;
import dev.microtome.config.Option;
import dev.microtome.probing.MlpSettings;
import dev.microtome.probing.ProbeKind;
import dev.microtome.probing.ProbeSettings;
import dev.microtome.probing.SequenceSplit;
import java.util.HashSet;
import java.util.List;

/** Configuration of {@link TprGapExperiment}. */
public record TprGapConfig(
    @Option(
            doc =
                "model folder with its tokenizer.json, or a train-model output, OUTPUT or OUTPUT/NAME, whose last step counts")
        InputPath model,
    @Option(
            doc =
                "documents with their labels and groups: a Parquet file or a folder of them, a .jsonl file or a glob of them, or a generate-corpus output")
        InputPath documents,
    @Option(doc = "column or field of the text", orElse = "text") String textColumn,
    @Option(doc = "column or field of the label that is classified", orElse = "profession")
        String labelColumn,
    @Option(doc = "column or field of the concept that is erased", orElse = "gender")
        String conceptColumn,
    @Option(
            doc =
                "the two values of the concept whose rates are compared, the first minus the second, such as [female, male]; documents of others are left out; []: the two that there are, in the order of their names",
            orElse = "[]")
        List<String> groups,
    @Option(
            doc =
                "hook points to read, named as in TransformerLens; []: the last layer's residual stream, after its norm where that comes last (BERT's last hidden state)",
            orElse = "[]")
        List<String> hooks,
    @Option(
            doc =
                "how the activations of a document become one vector: first ([CLS] of BERT), mean (over all tokens, special ones included) or last",
            orElse = "mean")
        Pooling pooling,
    @Option(
            doc =
                "let the tokenizer add the special tokens of its own template, such as [CLS] and [SEP]",
            orElse = "true")
        boolean addSpecialTokens,
    @Option(
            doc = "begin every document with the BOS token, where the template does not",
            orElse = "false")
        boolean prependBos,
    @Option(
            doc =
                "tokens that are read of a document at most, special ones included, and no more than the model's context; what a template adds at the end stays there",
            orElse = "512")
        int maxTokens,
    @Option(
            doc =
                "most tokens of a batch, padding included; a longer document is a batch of its own",
            orElse = "1024")
        int batchTokens,
    @Option(
            doc =
                "weights C of the losses against the ridge, as in scikit-learn, of which cross-validation chooses one for each classifier",
            orElse = "[1e-4, 1e-2, 1, 100]")
        List<Double> c,
    @Option(doc = "share of the documents that are held out, from all fits", orElse = "0.25")
        double testShare,
    @Option(doc = "folds of the other documents, for cross-validation", orElse = "4") int folds,
    @Option(doc = "documents to fit to at most, drawn at random", orElse = "20000")
        int trainDocuments,
    @Option(doc = "documents to score on at most, drawn at random", orElse = "20000")
        int testDocuments,
    @Option(
            doc =
                "resamples of the documents held out, and permutations of their groups, for intervals and what chance gives",
            orElse = "2000")
        int resamples,
    @Option(doc = "documents in a part, the unit that is retried and resumed", orElse = "1024")
        int documentsPerPart,
    @Option(doc = "seed of the split, the folds, the draws and the resamples", orElse = "0")
        long seed) {
  /** Of fewer, their quantiles at 2.5 % are the extremes. */
  private static final int FEWEST_RESAMPLES = 100;

  public TprGapConfig {
    groups = List.copyOf(groups);
    hooks = List.copyOf(hooks);
    c = List.copyOf(c);
    requireName("text-column", textColumn);
    requireName("label-column", labelColumn);
    requireName("concept-column", conceptColumn);
    if (labelColumn.equals(conceptColumn)) {
      throw new ConfigException(
          "concept-column", conceptColumn, "is the label-column too; they must be two columns");
    }
    if (!groups.isEmpty() && (groups.size() != 2 || new HashSet<>(groups).size() != 2)) {
      throw new ConfigException("groups", groups, "must be two different values, or []");
    }
    if (c.isEmpty()) {
      throw new ConfigException("c", "[]", "needs at least one number");
    }
    for (double value : c) {
      if (!(value > 0 && Double.isFinite(value))) {
        throw new ConfigException("c", value, "must be above 0");
      }
    }
    if (!(testShare > 0 && testShare < 1)) {
      throw new ConfigException("test-share", testShare, "must be above 0 and below 1");
    }
    if (folds < 2) {
      throw new ConfigException("folds", folds, "must be at least 2");
    }
    requirePositive("max-tokens", maxTokens);
    requirePositive("batch-tokens", batchTokens);
    requirePositive("train-documents", trainDocuments);
    requirePositive("test-documents", testDocuments);
    requirePositive("documents-per-part", documentsPerPart);
    if (resamples < FEWEST_RESAMPLES) {
      throw new ConfigException("resamples", resamples, "must be at least " + FEWEST_RESAMPLES);
    }
  }

  private static void requireName(String key, String value) {
    if (value.isBlank()) {
      throw new ConfigException(key, "'" + value + "'", "must name a column");
    }
  }

  private static void requirePositive(String key, int value) {
    if (value < 1) {
      throw new ConfigException(key, value, "must be at least 1");
    }
  }

  LabelColumns columns() {
    return new LabelColumns(documents.toString(), labelColumn, conceptColumn, groups);
  }

  DocumentDraw draw(long compared) {
    return new DocumentDraw(split(), trainDocuments, testDocuments, compared);
  }

  SequenceSplit split() {
    return new SequenceSplit(seed, testShare, folds);
  }

  ProbeSettings probes() {
    return new ProbeSettings(
        List.of(ProbeKind.LOGISTIC), c, List.of(1.0), MlpSettings.DEFAULT, split());
  }
}
