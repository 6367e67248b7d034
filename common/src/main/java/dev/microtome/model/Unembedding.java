package dev.microtome.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.microtome.model.ModelConfig.Head;
import java.util.Optional;

/** The last stream to logits: final norm, BERT's transform or OPT's projection, W_U, soft cap. */
final class Unembedding {
  /**
   * With 512 rows, logits of 2 MB. One core, 512 dimensions, vocabulary of 50,304: 57 GFLOP/s with
   * their exponentials, against 40 with 166 rows of the whole vocabulary.
   */
  private static final int WORDS_AT_A_TIME = 1024;

  private final Optional<Normalization> finalNorm;
  private final Optional<Linear> transform;
  private final Optional<Normalization> transformNorm;
  private final Activation activation;
  private final Optional<Linear> projectOut;
  private final Linear unembed;
  private final double softCap;

  Unembedding(ModelConfig config, Parameters parameters) {
    finalNorm =
        config.finalNorm()
            ? Optional.of(
                Normalization.of(
                    config,
                    parameters,
                    "ln_final",
                    HookSite.LN_FINAL_SCALE,
                    HookSite.LN_FINAL_NORMALIZED))
            : Optional.empty();
    boolean masked = config.head() == Head.MASKED;
    transform =
        masked
            ? Optional.of(
                Linear.of(parameters, "mlm_head.W", "mlm_head.b", config.dModel(), config.dModel()))
            : Optional.empty();
    transformNorm =
        masked
            ? Optional.of(
                Normalization.of(
                    config,
                    parameters,
                    "mlm_head.ln",
                    HookSite.MLM_HEAD_LN_SCALE,
                    HookSite.MLM_HEAD_LN_NORMALIZED))
            : Optional.empty();
    activation = config.activation();
    projectOut =
        parameters
            .find("embed.project_out")
            .map(
                weight ->
                    new Linear(
                        parameters.get("embed.project_out", config.dEmbed(), config.dModel()),
                        Optional.empty()));
    unembed = Linear.of(parameters, "unembed.W_U", "unembed.b_U", config.dVocab(), config.dEmbed());
    softCap = config.logitSoftCap();
  }

  /** What W_U multiplies: [batch, position, dEmbed]. */
  NDArray input(NDManager manager, Taps taps, NDArray stream) {
    NDArray x = stream;
    if (finalNorm.isPresent()) {
      x = finalNorm.get().apply(manager, taps, x);
    }
    if (transform.isPresent()) {
      x = transform.get().apply(manager, x);
      Kernels.activationInPlace(activation, x);
      x = transformNorm.orElseThrow().apply(manager, taps, x);
    }
    if (projectOut.isPresent()) {
      x = projectOut.get().apply(manager, x);
    }
    return taps.pass(manager, HookSite.UNEMBED_IN, x);
  }

  /** [batch, position, dVocab] */
  NDArray logits(NDManager manager, Taps taps, NDArray input) {
    NDArray logits = taps.pass(manager, HookSite.UNEMBED_OUT, unembed.apply(manager, input));
    if (softCap != 0) {
      logits = Kernels.softCap(manager, logits, softCap);
    }
    return taps.pass(manager, HookSite.LOGITS, logits);
  }

  /** Logits of rows of {@link #input}, without taps. */
  NDArray logits(NDManager manager, NDArray input) {
    NDArray logits = unembed.apply(manager, input);
    return softCap == 0 ? logits : Kernels.softCap(manager, logits, softCap);
  }

  /** −log p in nats of each row's target, x being rows [n, dEmbed] of {@link #input}. */
  NDArray losses(NDManager manager, NDArray x, NDArray targets) {
    NDArray bias =
        unembed
            .bias()
            .orElseGet(() -> manager.zeros(new Shape(unembed.weight().getShape().get(0))));
    return Kernels.unembeddingLoss(
        manager, x, unembed.weight(), bias, targets, softCap, WORDS_AT_A_TIME);
  }
}
