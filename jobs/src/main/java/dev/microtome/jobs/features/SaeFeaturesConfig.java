package dev.microtome.jobs.features;

import dev.microtome.config.ConfigException;
import dev.microtome.config.InputPath;
import dev.microtome.config.Option;
import dev.microtome.model.HookPoint;
import dev.microtome.sae.evaluation.DescribeSettings;
import dev.microtome.sae.evaluation.ExampleSettings;
import dev.microtome.sae.evaluation.FeatureBrowser;
import dev.microtome.sae.evaluation.TokenLabel;
import java.util.List;
import java.util.Optional;

/** Configuration of {@link SaeFeatures}. */
public record SaeFeaturesConfig(
    @Option(
            doc =
                "model folder (config.json, *.safetensors, tokenizer.json), or a train-model output, OUTPUT or OUTPUT/NAME, whose last step counts")
        InputPath model,
    @Option(
            doc =
                "SAEs whose features are described: folders of SAELens or sparsify, folders of such, or train-sae outputs (OUTPUT, or OUTPUT/NAME for one) or runs; may be empty where neurons are given")
        List<InputPath> saes,
    @Option(doc = "tokens to find features in: a tokenize output, run or table") InputPath tokens,
    @Option(
            doc =
                "hook that the SAEs encode, in place of what their cfg.json says; null: as it says",
            orElse = "null")
        Optional<HookPoint> hook,
    @Option(
            doc =
                "hooks whose raw neurons get the same tables, as the baseline, such as [blocks.0.mlp.hook_post]; a neuron fires where it is above 0",
            orElse = "[]")
        List<HookPoint> neurons,
    @Option(
            doc =
                "labels of tokens: a generate-corpus output, run or table, or a table with sequence_id, position, concept and value; a token without a row for a label does not have it; null for none",
            orElse = "null")
        Optional<InputPath> labels,
    @Option(
            doc =
                "text column of the labels table that is the label, where it has no columns concept and value; null where it has",
            orElse = "null")
        Optional<String> labelColumn,
    @Option(doc = "concepts that count; empty for all", orElse = "[]") List<String> concepts,
    @Option(
            doc = "sequences in which a feature is largest, one token of each is an example",
            orElse = "10")
        int examplesPerFeature,
    @Option(
            doc =
                "equal intervals of a feature's values, from which random examples are drawn and in which labels are counted",
            orElse = "5")
        int intervals,
    @Option(doc = "random examples of each interval", orElse = "2") int samplesPerInterval,
    @Option(doc = "tokens shown on each side of an example", orElse = "10") int context,
    @Option(
            doc =
                "tokens whose logits a feature raises most, and as many that it lowers; 0 for none",
            orElse = "10")
        int logits,
    @Option(doc = "labels of each feature, and features of each label", orElse = "5")
        int labelsPerFeature,
    @Option(doc = "nearest features in each SAE and among neurons", orElse = "3") int neighbors,
    @Option(
            doc =
                "random sequences, about so many, for what needs pairs of features or the loss: correlations, universality, ablations",
            orElse = "256")
        int sampleSequences,
    @Option(
            doc =
                "sequences of the sample in which the loss is measured without a feature, where it is largest; 0 for none. Each costs a pass for each feature",
            orElse = "2")
        int ablationSequences,
    @Option(
            doc =
                "sae-features outputs or runs on the same tokens, sample-sequences and seed, perhaps of another model: features are correlated with theirs",
            orElse = "[]")
        List<InputPath> compareWith,
    @Option(
            doc =
                "features to steer by, such as [{ sae = topk-8x, feature = 17, strengths = [1, 2] }, { label = \"region=dna\" }]",
            orElse = "[]")
        List<SteerSettings> steer,
    @Option(doc = "prompts that are continued while steering", orElse = "[]") List<String> prompts,
    @Option(doc = "tokens of a continuation, the likeliest each", orElse = "30") int steerTokens,
    @Option(doc = "true: write pages of the features, browser/index.html", orElse = "true")
        boolean pages,
    @Option(
            doc =
                "true: take SAEs made for another model or checkpoint, which cfg.json tells by the digest of its files (train-sae writes it), or else by its name; false: refuse them",
            orElse = "false")
        boolean acceptOtherModel,
    @Option(
            doc =
                "true: take tokens that another tokenizer.json than the model's made, as long as every id is in its vocabulary; false: refuse them",
            orElse = "false")
        boolean acceptOtherTokenizer,
    @Option(doc = "seed of all samples", orElse = "0") long seed,
    @Option(
            doc =
                "most tokens of a batch, padding included; a longer sequence is a batch of its own",
            orElse = "1024")
        int batchTokens,
    @Option(doc = "sequences in a part, the unit that is retried and resumed", orElse = "256")
        int sequencesPerPart,
    @Option(doc = "features in a part of the last stage, rounded up to 64s", orElse = "512")
        int featuresPerPart) {

  /** Bins of an interval in a feature's histogram. */
  static final int BINS_PER_INTERVAL = 4;

  public SaeFeaturesConfig {
    saes = List.copyOf(saes);
    neurons = List.copyOf(neurons);
    concepts = List.copyOf(concepts);
    compareWith = List.copyOf(compareWith);
    steer = List.copyOf(steer);
    prompts = List.copyOf(prompts);
    if (saes.isEmpty() && neurons.isEmpty()) {
      throw new ConfigException("saes", "[]", "needs at least one SAE, or neurons one hook");
    }
    if (labelColumn.isPresent() && labels.isEmpty()) {
      throw new ConfigException("label-column", labelColumn.get(), "needs labels");
    }
    if (!concepts.isEmpty() && labels.isEmpty()) {
      throw new ConfigException("concepts", concepts, "needs labels");
    }
    for (SteerSettings one : steer) {
      if (one.label().isPresent() && labels.isEmpty()) {
        throw new ConfigException("steer", one.label().get(), "needs labels");
      }
      Optional<TokenLabel> label = one.label().flatMap(TokenLabel::parse);
      if (label.isPresent() && !concepts.isEmpty() && !concepts.contains(label.get().concept())) {
        throw new ConfigException(
            "steer", one.label().get(), "its concept is not among concepts, " + concepts);
      }
    }
    if (steer.isEmpty() != prompts.isEmpty()) {
      throw new ConfigException("prompts", prompts, "goes with steer: give both or neither");
    }
    atLeast("examples-per-feature", examplesPerFeature, 1);
    atLeast("intervals", intervals, 1);
    atLeast("samples-per-interval", samplesPerInterval, 0);
    atLeast("context", context, 0);
    atLeast("logits", logits, 0);
    atLeast("labels-per-feature", labelsPerFeature, 1);
    atLeast("neighbors", neighbors, 1);
    atLeast("sample-sequences", sampleSequences, 1);
    atLeast("ablation-sequences", ablationSequences, 0);
    atLeast("steer-tokens", steerTokens, 1);
    atLeast("batch-tokens", batchTokens, 1);
    atLeast("sequences-per-part", sequencesPerPart, 1);
    atLeast("features-per-part", featuresPerPart, 1);
  }

  ExampleSettings examples() {
    return new ExampleSettings(examplesPerFeature, intervals, samplesPerInterval, context, seed);
  }

  DescribeSettings describing() {
    return new DescribeSettings(
        logits, labelsPerFeature, neighbors, ablationSequences, batchTokens);
  }

  /** Features in a part: whole files of the pages. */
  int blockSize() {
    int chunk = FeatureBrowser.CHUNK;
    return (featuresPerPart + chunk - 1) / chunk * chunk;
  }

  private static void atLeast(String key, int value, int least) {
    if (value < least) {
      throw new ConfigException(key, value, "must be at least " + least);
    }
  }
}
