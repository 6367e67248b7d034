package dev.microtome.jobs.features;

import dev.microtome.config.InputPath;
import dev.microtome.jobs.Inputs;
import dev.microtome.jobs.TableInput;
import dev.microtome.model.load.ModelFiles;
import dev.microtome.run.InputException;
import dev.microtome.sae.evaluation.FeatureActivationsRow;
import dev.microtome.sae.evaluation.TokenLabelRow;
import dev.microtome.table.Column;
import dev.microtome.text.TokenRow;
import dev.microtome.text.Tokenizer;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the stages behind the first pass read, found and checked in the plan.
 *
 * @param labels null where there are none
 * @param compared samples of other runs
 * @param bos token in front of prompts; −1 for none
 * @param steered dictionary of each element of {@code steer}
 */
record StageInputs(LabelSource labels, List<ComparedRun> compared, int bos, List<Integer> steered)
    implements Serializable {
  StageInputs {
    compared = List.copyOf(compared);
    steered = List.copyOf(steered);
  }

  /** The place of a label, whatever its columns are called. */
  record LabelPlace(
      @Column(doc = "sequence, as in tokens") long sequenceId,
      @Column(doc = "position of the token") int position) {}

  static StageInputs of(
      SaeFeaturesConfig config,
      List<FeatureSource> sources,
      ModelFiles model,
      TableInput tokens,
      Inputs inputs)
      throws IOException {
    int bos = Integer.parseInt(tokens.metadata().getOrDefault(TokenRow.BOS, "-1"));
    return new StageInputs(
        labels(config, inputs),
        compared(config, inputs),
        bos,
        steered(config, sources, model, bos));
  }

  private static LabelSource labels(SaeFeaturesConfig config, Inputs inputs) throws IOException {
    if (config.labels().isEmpty()) {
      return null;
    }
    InputPath path = config.labels().get();
    Optional<String> column = config.labelColumn();
    TableInput table =
        inputs.table(path, "labels", column.isPresent() ? LabelPlace.class : TokenLabelRow.class);
    LabelSource source = new LabelSource(table, column.orElse(null), Set.copyOf(config.concepts()));
    if (column.isPresent() && !table.files().isEmpty()) {
      try {
        source.read(table.files().get(0).path(), 0, 0, inputs.tables(), row -> {});
      } catch (InputException e) {
        throw new InputException(
            "labels %s: label-column = %s: %s".formatted(path, column.get(), e.getMessage()), e);
      }
    }
    return source;
  }

  private static List<ComparedRun> compared(SaeFeaturesConfig config, Inputs inputs) {
    List<ComparedRun> runs = new ArrayList<>();
    for (InputPath path : config.compareWith()) {
      TableInput table =
          inputs.table(path, FeatureTables.ACTIVATIONS.name(), FeatureActivationsRow.class);
      String plain = path.value().replaceAll("/+$", "");
      runs.add(new ComparedRun(plain.substring(plain.lastIndexOf('/') + 1) + "/", table));
    }
    return runs;
  }

  /** Which dictionary each element of steer means. */
  private static List<Integer> steered(
      SaeFeaturesConfig config, List<FeatureSource> sources, ModelFiles model, int bos)
      throws IOException {
    List<Integer> steered = new ArrayList<>();
    if (config.steer().isEmpty()) {
      return steered;
    }
    List<String> names = sources.stream().map(FeatureSource::name).toList();
    for (SteerSettings steer : config.steer()) {
      int index = steer.sae().isEmpty() ? 0 : names.indexOf(steer.sae().get());
      if (index < 0) {
        throw new InputException(
            "steer: no SAE is called '%s' (there are %s)"
                .formatted(steer.sae().orElseThrow(), String.join(", ", names)));
      }
      int features = sources.get(index).features();
      if (steer.feature().isPresent() && steer.feature().get() >= features) {
        throw new InputException(
            "steer: feature %d of %s, which has 0 to %d"
                .formatted(steer.feature().get(), names.get(index), features - 1));
      }
      steered.add(index);
    }
    requirePrompts(config, model, bos);
    return steered;
  }

  private static void requirePrompts(SaeFeaturesConfig config, ModelFiles model, int bos)
      throws IOException {
    if (model.tokenizer().isEmpty() || !model.config().causal()) {
      throw new InputException(
          "steer: model %s %s"
              .formatted(
                  config.model(),
                  model.config().causal()
                      ? "has no tokenizer.json, expected one for the prompts"
                      : "is not causal, expected one that continues prompts"));
    }
    try (Tokenizer tokenizer = Tokenizer.open(model.tokenizer().get())) {
      for (String prompt : config.prompts()) {
        int length = SteerTask.tokens(prompt, bos, tokenizer).length;
        int most = model.config().nCtx() - config.steerTokens() + 1;
        if (length < 1 || length > most) {
          throw new InputException(
              "prompts: '%s' has %d tokens, expected 1 to %d beside steer-tokens = %d in a context of %d"
                  .formatted(prompt, length, most, config.steerTokens(), model.config().nCtx()));
        }
      }
    }
  }
}
