package dev.microtome.sae.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.microtome.model.TokenScale;
import dev.microtome.sae.DecoderNorms;
import dev.microtome.sae.Encoding;
import dev.microtome.sae.Mapping;
import dev.microtome.sae.Sae;

/** The features of an SAE. */
record SaeDictionary(String name, Sae sae, DictionaryHooks hooks) implements FeatureDictionary {

  @Override
  public int features() {
    return sae.form().dSae();
  }

  @Override
  public int dIn() {
    return sae.form().dIn();
  }

  @Override
  public int dOut() {
    return sae.form().dOut();
  }

  @Override
  public NDArray encode(NDArray x) {
    return sae.encode(x);
  }

  @Override
  public NDArray decode(NDArray features, NDArray x) {
    return sae.decode(features, x);
  }

  @Override
  public NDArray directions(NDManager manager, int... features) {
    NDArray decoder = sae.tensors().get("W_dec");
    if (!(sae.form().encoding() instanceof Encoding.TopK top
        && top.norms() == DecoderNorms.IN_FEATURES)) {
      return EvaluationKernels.selectRows(manager, decoder, features);
    }
    // Such features are measured in norms of their rows, which the decoder divides out again.
    try (NDManager scratch = manager.newSubManager()) {
      NDArray rows = EvaluationKernels.selectRows(scratch, decoder, features);
      return EvaluationKernels.divided(manager, rows, EvaluationKernels.norms(scratch, rows));
    }
  }

  @Override
  public TokenScale tokenScale() {
    if (sae.form().mapping() != Mapping.AUTOENCODER) {
      return TokenScale.ONE; // a transcoder's output is in the model's units
    }
    return switch (sae.form().normalization()) {
      case NONE, EXPECTED_AVERAGE_NORM -> TokenScale.ONE;
      case CONSTANT_NORM -> TokenScale.ROOT_MEAN_SQUARE;
      case LAYER_NORM -> TokenScale.DEVIATION;
    };
  }
}
