package dev.microtome.sae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An SAE by its form and its tensors, which lie in a manager of its own. */
final class FrozenSae implements Sae {
  private final SaeForm form;
  private final NDManager memory;
  private final Map<String, NDArray> tensors;

  /** Norms of the decoder's rows, where features are measured by them; null otherwise. */
  private final NDArray norms;

  /**
   * Takes tensors over.
   *
   * @param memory owns the tensors, and is the SAE's own from now on
   * @throws IllegalArgumentException if the tensors are not the form's
   */
  FrozenSae(SaeForm form, NDManager memory, Map<String, NDArray> tensors) {
    this.form = form;
    this.memory = memory;
    this.tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    Map<String, Shape> expected = form.tensors();
    if (!expected.keySet().equals(tensors.keySet())) {
      throw new IllegalArgumentException(
          "tensors are %s, expected %s".formatted(tensors.keySet(), expected.keySet()));
    }
    expected.forEach((name, shape) -> requireShape(name, tensors.get(name), shape));
    norms =
        form.encoding() instanceof Encoding.TopK top && top.norms() == DecoderNorms.IN_FEATURES
            ? SaeKernels.norms(memory, tensors.get("W_dec"))
            : null;
  }

  private static void requireShape(String name, NDArray array, Shape shape) {
    if (!array.getShape().equals(shape)) {
      throw new IllegalArgumentException(
          "Shape of %s is %s, expected %s".formatted(name, array.getShape(), shape));
    }
  }

  @Override
  public SaeForm form() {
    return form;
  }

  @Override
  public Map<String, NDArray> tensors() {
    return tensors;
  }

  @Override
  public NDArray encode(NDArray x) {
    try (NDManager scratch = x.getManager().newSubManager()) {
      NDArray in = normalised(scratch, x).get(0);
      if (form.preBias() == PreBias.TIED) {
        in = SaeKernels.centre(scratch, in, tensor("b_dec"));
      }
      return features(x.getManager(), in);
    }
  }

  private NDArray features(NDManager owner, NDArray x) {
    NDArray w = tensor("W_enc");
    if (form.encoding() instanceof Encoding.Gated) {
      return SaeKernels.gated(owner, x, w, tensor("b_gate"), tensor("r_mag"), tensor("b_mag"));
    }
    NDArray b = tensor("b_enc");
    if (form.encoding() instanceof Encoding.TopK top) {
      return norms == null
          ? SaeKernels.topK(owner, x, w, b, top.k())
          : SaeKernels.topKScaled(owner, x, w, b, top.k(), norms);
    } else if (form.encoding() instanceof Encoding.JumpRelu) {
      return SaeKernels.jumpRelu(owner, x, w, b, tensor("threshold"));
    }
    return SaeKernels.relu(owner, x, w, b);
  }

  @Override
  public NDArray decode(NDArray features, NDArray x) {
    if (!features.getShape().equals(new Shape(x.getShape().get(0), form.dSae()))) {
      throw new IllegalArgumentException(
          "features are %s, expected %s"
              .formatted(features.getShape(), new Shape(x.getShape().get(0), form.dSae())));
    }
    NDManager owner = x.getManager();
    NDArray w = tensor("W_dec");
    NDArray b = tensor("b_dec");
    NDArray y =
        norms == null
            ? SaeKernels.decode(owner, features, w, b)
            : SaeKernels.decodeScaled(owner, features, w, b, norms);
    try (NDManager scratch = owner.newSubManager()) {
      if (form.mapping() == Mapping.SKIP_TRANSCODER) {
        SaeKernels.addSkipInPlace(y, flat(scratch, x), tensor("W_skip"));
      }
      // A transcoder's output is another hook's: the input's mean and norm are not its own.
      if (form.mapping() == Mapping.AUTOENCODER && form.normalization() != Normalization.NONE) {
        List<NDArray> normal = normalised(scratch, x);
        SaeKernels.denormaliseInPlace(y, normal.get(1), normal.get(2));
      }
    }
    if (form.mapping() == Mapping.AUTOENCODER && x.getShape().dimension() == 3) {
      try (NDArray rows = y) {
        return rows.reshape(x.getShape());
      }
    }
    return y;
  }

  private List<NDArray> normalised(NDManager scratch, NDArray x) {
    NDArray rows = flat(scratch, x);
    return switch (form.normalization()) {
      case LAYER_NORM -> SaeKernels.layerNorm(scratch, rows);
      case CONSTANT_NORM -> SaeKernels.constantNorm(scratch, rows);
      case NONE, EXPECTED_AVERAGE_NORM -> List.of(rows);
    };
  }

  /** x as [n, dIn]. */
  private NDArray flat(NDManager scratch, NDArray x) {
    Shape shape = x.getShape();
    int rank = shape.dimension();
    if (rank < 2 || rank > 3 || shape.slice(1).size() != form.dIn()) {
      throw new IllegalArgumentException(
          "activations are %s, expected [n, %d]".formatted(shape, form.dIn()));
    }
    if (rank == 2) {
      return x;
    }
    NDArray rows = x.reshape(shape.get(0), form.dIn());
    rows.attach(scratch);
    return rows;
  }

  private NDArray tensor(String name) {
    return tensors.get(name);
  }

  @Override
  public void close() {
    memory.close();
  }
}
