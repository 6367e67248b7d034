package dev.microtome.sae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Turns what was trained into an SAE that works on activations as they are, and moves factors
 * between weights without changing what is rebuilt. Every result has tensors of its own.
 */
public final class Finishing {
  private Finishing() {}

  /**
   * Folds the factors of the activations into the weights, decoder norms into the features of a
   * TopK that was selected by them, and gives the form of {@link SaeArchitecture#encoding}.
   *
   * @param manager what the SAE's memory belongs to
   */
  public static Sae finish(Trained trained, SaeSource source, NDManager manager) {
    SaeConfig config = trained.config();
    SaeArchitecture architecture = config.architecture();
    SaeForm form =
        new SaeForm(
            architecture.encoding(),
            config.dIn(),
            config.dOut(),
            config.dSae(),
            config.mapping(),
            config.preBias(),
            config.normalization() == Normalization.EXPECTED_AVERAGE_NORM
                ? Normalization.NONE
                : config.normalization(),
            source.trainedAs(architecture.name()));
    // Thresholds of features that are measured by decoder norms shrink as those do.
    double threshold =
        architecture.decoderNorms() == DecoderNorms.IN_FEATURES
            ? trained.threshold() / trained.outputFactor()
            : trained.threshold();
    return build(
        form,
        manager,
        memory -> {
          Map<String, NDArray> tensors = new LinkedHashMap<>();
          Map<String, NDArray> own = architecture.finished(trained.parameters(), threshold, memory);
          form.tensors()
              .keySet()
              .forEach(
                  name ->
                      tensors.put(
                          name,
                          own.containsKey(name)
                              ? own.get(name)
                              : SaeKernels.copy(memory, trained.parameters().get(name))));
          scale(tensors, trained.inputFactor(), trained.outputFactor(), memory);
          if (architecture.decoderNorms() == DecoderNorms.IN_FEATURES) {
            NDArray norms = SaeKernels.norms(memory, tensors.get("W_dec"));
            replace(tensors, "W_enc", SaeKernels.times(memory, tensors.get("W_enc"), norms));
            replace(tensors, "b_enc", SaeKernels.times(memory, tensors.get("b_enc"), norms));
            replace(tensors, "W_dec", SaeKernels.divideRows(memory, tensors.get("W_dec"), norms));
            norms.close();
          }
          return tensors;
        });
  }

  /**
   * The SAE that gives on x what this one gives on factor·x, divided by the factor: features are
   * the same, but those that are measured by decoder norms, which are divided by it as well.
   */
  public static Sae scaled(Sae sae, double factor, NDManager manager) {
    Checks.positive("factor", factor);
    return build(
        sae.form(),
        manager,
        memory -> {
          Map<String, NDArray> tensors = copies(sae, memory);
          scale(tensors, factor, factor, memory);
          return tensors;
        });
  }

  /**
   * The SAE with decoder rows of norm 1 that rebuilds the same: each feature is multiplied by its
   * row's norm, so that features of several SAEs compare.
   *
   * @throws IllegalArgumentException if the SAE is a TopK whose selection does not see the norms
   *     and would become another
   */
  public static Sae withUnitDecoder(Sae sae, NDManager manager) {
    if (sae.form().encoding() instanceof Encoding.TopK top
        && top.norms() != DecoderNorms.IN_FEATURES) {
      throw new IllegalArgumentException(
          "decoder norms cannot be folded into a TopK that does not select by them");
    }
    return build(
        sae.form(),
        manager,
        memory -> {
          Map<String, NDArray> tensors = copies(sae, memory);
          NDArray norms = SaeKernels.norms(memory, tensors.get("W_dec"));
          // h·exp(r_mag) grows with h: r_mag stays as it is.
          for (String name : new String[] {"W_enc", "b_enc", "b_gate", "b_mag", "threshold"}) {
            if (tensors.containsKey(name)) {
              replace(tensors, name, SaeKernels.times(memory, tensors.get(name), norms));
            }
          }
          replace(tensors, "W_dec", SaeKernels.divideRows(memory, tensors.get("W_dec"), norms));
          norms.close();
          return tensors;
        });
  }

  private static Map<String, NDArray> copies(Sae sae, NDManager memory) {
    Map<String, NDArray> tensors = new LinkedHashMap<>();
    sae.tensors().forEach((name, array) -> tensors.put(name, SaeKernels.copy(memory, array)));
    return tensors;
  }

  private static void scale(Map<String, NDArray> tensors, double in, double out, NDManager memory) {
    if (in != 1) {
      replace(tensors, "W_enc", SaeKernels.scale(memory, tensors.get("W_enc"), in));
    }
    if (out != 1) {
      replace(tensors, "W_dec", SaeKernels.scale(memory, tensors.get("W_dec"), 1 / out));
      replace(tensors, "b_dec", SaeKernels.scale(memory, tensors.get("b_dec"), 1 / out));
    }
    if (tensors.containsKey("W_skip") && in != out) {
      replace(tensors, "W_skip", SaeKernels.scale(memory, tensors.get("W_skip"), in / out));
    }
  }

  private static void replace(Map<String, NDArray> tensors, String name, NDArray array) {
    tensors.put(name, array).close();
  }

  /** Gives an SAE whose memory is freed if its tensors cannot be made. */
  static Sae build(SaeForm form, NDManager manager, Tensors tensors) {
    NDManager memory = manager.newSubManager();
    try {
      return new FrozenSae(form, memory, tensors.in(memory));
    } catch (RuntimeException e) {
      memory.close();
      throw e;
    }
  }

  /** Makes the tensors of an SAE. */
  @FunctionalInterface
  interface Tensors {
    Map<String, NDArray> in(NDManager memory);
  }
}
