package dev.microtome.jobs.evaluations;

import dev.microtome.config.ConfigException;
import dev.microtome.config.InputPath;
import dev.microtome.config.Option;
import dev.microtome.model.HookPoint;
import java.util.List;
import java.util.Optional;

/** Configuration of {@link EvaluateSae}. */
public record EvaluateSaeConfig(
    @Option(
            doc =
                "model folder (config.json, *.safetensors, tokenizer.json), or a train-model output, OUTPUT or OUTPUT/NAME, whose last step counts")
        InputPath model,
    @Option(
            doc =
                "SAEs to evaluate: folders of SAELens or sparsify, folders of such, or train-sae outputs (OUTPUT, or OUTPUT/NAME for one) or runs")
        List<InputPath> saes,
    @Option(doc = "tokens to evaluate on: a tokenize output, run or table") InputPath tokens,
    @Option(
            doc =
                "hook that the SAEs encode, in place of what their cfg.json says; null: as it says",
            orElse = "null")
        Optional<HookPoint> hook,
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
    @Option(
            doc =
                "SAEs of one hook that share the passes of the unchanged model; an executor holds so many at once",
            orElse = "8")
        int saesTogether,
    @Option(
            doc =
                "most tokens of a batch, padding included; a longer sequence is a batch of its own",
            orElse = "1024")
        int batchTokens,
    @Option(doc = "sequences in a part, the unit that is retried and resumed", orElse = "256")
        int sequencesPerPart) {

  public EvaluateSaeConfig {
    saes = List.copyOf(saes);
    if (saes.isEmpty()) {
      throw new ConfigException("saes", "[]", "needs at least one SAE, such as runs/saes");
    }
    atLeastOne("saes-together", saesTogether);
    atLeastOne("batch-tokens", batchTokens);
    atLeastOne("sequences-per-part", sequencesPerPart);
  }

  private static void atLeastOne(String key, int value) {
    if (value < 1) {
      throw new ConfigException(key, value, "must be at least 1");
    }
  }
}
