package dev.microtome.jobs.activations;

import dev.microtome.activations.ActivationCodec;
import dev.microtome.activations.OnNan;
import dev.microtome.activations.PositionSelection;
import dev.microtome.config.ConfigException;
import dev.microtome.config.InputPath;
import dev.microtome.config.Option;
import dev.microtome.jobs.inputs.Erasures;
import java.util.List;
import java.util.Optional;

/** Configuration of {@link CollectActivations}. */
public record CollectActivationsConfig(
    @Option(
            doc =
                "model folder (config.json, *.safetensors and, where there is one, tokenizer.json, which must be the one that made the tokens), or a train-model output, OUTPUT or OUTPUT/NAME, whose last step counts")
        InputPath model,
    @Option(doc = "tokens to run the model over: a tokenize output, run or table") InputPath tokens,
    @Option(
            doc =
                "true: take tokens that another tokenizer.json than the model's made, as long as every id is in the model's vocabulary; false: refuse them",
            orElse = "false")
        boolean acceptOtherTokenizer,
    @Option(
            doc =
                "hook points to store, named as in TransformerLens; * stands for every layer, as in blocks.*.mlp.hook_post")
        List<String> hooks,
    @Option(
            doc =
                "most tokens of a batch, padding included; a longer sequence is a batch of its own",
            orElse = "1024")
        int batchTokens,
    @Option(
            doc =
                "type of a stored value: float32 (4 bytes) or bfloat16 (2 bytes, rounded to nearest even)",
            orElse = "float32")
        ActivationCodec dtype,
    @Option(
            doc =
                "binary (little-endian bytes; small and fast) or array (ARRAY<FLOAT>; needs dtype = float32)",
            orElse = "binary")
        Encoding encoding,
    @Option(
            doc =
                "positions of each sequence to store: all, last, or random-K, such as random-16 for 16 random ones",
            orElse = "all")
        PositionSelection positions,
    @Option(
            doc =
                "what a NaN or infinite activation does: fail (the run ends, naming its place) or keep",
            orElse = "fail")
        OnNan onNan,
    @Option(
            doc =
                "erasers to apply during the pass: a fit-leace or scrub output or run, or a folder of HOOK.safetensors; null: none",
            orElse = "null")
        Optional<InputPath> erasers,
    @Option(doc = "concept whose erasers are applied", orElse = "null")
        Optional<String> eraseConcept,
    @Option(
            doc =
                "hook points at which they are, one by one or with *; those stored are stored erased",
            orElse = "[]")
        List<String> eraseHooks,
    @Option(
            doc =
                "true: take erasers fitted to activations of another model, such as another checkpoint; false: refuse them",
            orElse = "false")
        boolean acceptOtherModel,
    @Option(doc = "sequences in a part, the unit that is retried and resumed", orElse = "256")
        int sequencesPerPart,
    @Option(doc = "seed of random positions", orElse = "0") long seed) {

  public CollectActivationsConfig {
    hooks = List.copyOf(hooks);
    if (hooks.isEmpty()) {
      throw new ConfigException(
          "hooks", "[]", "needs at least one hook point, such as blocks.0.hook_resid_post");
    }
    eraseHooks = List.copyOf(eraseHooks);
    new Erasures(erasers, eraseConcept, eraseHooks, acceptOtherModel).requireWhole();
    if (batchTokens < 1) {
      throw new ConfigException("batch-tokens", batchTokens, "must be at least 1");
    }
    if (sequencesPerPart < 1) {
      throw new ConfigException("sequences-per-part", sequencesPerPart, "must be at least 1");
    }
    if (encoding == Encoding.ARRAY && dtype != ActivationCodec.FLOAT32) {
      throw new ConfigException(
          "dtype",
          dtype.dtype(),
          "encoding = array stores float32; bfloat16 needs encoding = binary");
    }
  }

  Erasures erasures() {
    return new Erasures(erasers, eraseConcept, eraseHooks, acceptOtherModel);
  }
}
