package dev.microtome.jobs.scrubbing;

import dev.microtome.config.ConfigException;
import dev.microtome.config.InputPath;
import dev.microtome.jobs.Inputs;
import dev.microtome.jobs.ModelFolder;
import dev.microtome.jobs.Plan;
import dev.microtome.jobs.TableInput;
import dev.microtome.jobs.inputs.CorpusCheck;
import dev.microtome.jobs.inputs.CorpusCheck.Tokenizers;
import dev.microtome.jobs.inputs.SequenceIds;
import dev.microtome.jobs.inputs.TokenSlices;
import dev.microtome.jobs.labels.LabelledTokens;
import dev.microtome.linalg.ColumnGram;
import dev.microtome.model.HookPoint;
import dev.microtome.model.HookPoints;
import dev.microtome.model.HookShape;
import dev.microtome.model.load.ModelFiles;
import dev.microtome.model.load.ModelWeights;
import dev.microtome.run.InputException;
import dev.microtome.text.TokenSequence;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Opens the inputs of {@link Scrub}, holds them against each other and cuts the work. */
final class ScrubPlan {
  private final ScrubConfig config;
  private final Inputs inputs;

  ScrubPlan(ScrubConfig config, Inputs inputs) {
    this.config = config;
    this.inputs = inputs;
  }

  /** Tokens and their parts. */
  private record Cut(TableInput table, List<TokenSlices> parts) {}

  Plan<ScrubPart> plan() throws IOException {
    ModelFolder folder = inputs.model(config.model());
    ModelFiles model = ModelFiles.open(inputs.local(folder));
    ModelWeights.check(model);
    if (!model.config().causal()) {
      throw new InputException(
          "model %s: a %s model has no next-token loss"
              .formatted(config.model(), model.config().family()));
    }
    List<HookPoint> hooks = hooks(HookPoints.of(model.config()));
    Cut fitted = cut(config.tokens(), model);
    Cut compared =
        config.heldOutTokens().isPresent() ? cut(config.heldOutTokens().get(), model) : fitted;
    LabelledTokens labelled =
        LabelledTokens.open(
            config.tokens(),
            fitted.table(),
            fitted.parts(),
            config.labels(),
            config.concept(),
            config.realValuedConcepts(),
            inputs);
    Scrubbing scrubbing =
        new Scrubbing(
            folder,
            hooks,
            labelled.labels(),
            config.unlabelled(),
            config.concept(),
            config.randomSubspaces(),
            config.batchTokens(),
            model.tokenizer().isPresent() && !config.acceptOtherTokenizer()
                ? Scrubbing.TextLength.OF_TOKENIZER
                : Scrubbing.TextLength.UNKNOWN);
    return new Plan<>(
        compared.parts().stream()
            .map(part -> new ScrubPart(scrubbing, labelled, fitted.table().rows(), part))
            .toList(),
        "sequences",
        compared.table().rows(),
        -1,
        -1);
  }

  /** In the order of the pass, each once, and narrow enough for its covariance. */
  private List<HookPoint> hooks(HookPoints points) {
    Set<HookPoint> known = new HashSet<>();
    for (String pattern : config.hooks()) {
      List<HookPoint> resolved;
      try {
        resolved = points.resolve(pattern);
      } catch (InputException e) {
        throw new ConfigException("hooks", e);
      }
      for (HookPoint hook : resolved) {
        if (!known.add(hook)) {
          throw new ConfigException(
              "hooks", pattern, "names %s again, which is erased from once".formatted(hook));
        }
        requireNarrow(hook, points.shape(hook));
      }
    }
    return points.inOrder(new ArrayList<>(known));
  }

  private static void requireNarrow(HookPoint hook, HookShape shape) {
    if (shape.kind() == HookShape.Kind.ATTENTION) {
      throw new ConfigException(
          "hooks", hook, "is as wide as a sequence is long; an eraser has one width");
    }
    int width = shape.sizePerPosition(1);
    if (width >= ColumnGram.MAX_COLUMNS) {
      throw new ConfigException(
          "hooks",
          hook,
          "has %,d numbers at a position; covariances are of less than %,d"
              .formatted(width, ColumnGram.MAX_COLUMNS));
    }
  }

  private Cut cut(InputPath path, ModelFiles model) throws IOException {
    TableInput table = inputs.table(path, "tokens", TokenSequence.class);
    List<TokenSlices> parts = TokenSlices.cut(table.files(), config.sequencesPerPart());
    CorpusCheck corpus = CorpusCheck.of(path, table, parts, inputs.tables());
    corpus.requireFits(
        config.model(),
        model,
        config.acceptOtherTokenizer() ? Tokenizers.ANY : Tokenizers.MUST_AGREE);
    corpus.requirePredictions();
    SequenceIds.requireUnique(table, inputs);
    return new Cut(table, parts);
  }
}
