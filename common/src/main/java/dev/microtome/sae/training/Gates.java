package dev.microtome.sae.training;

/**
 * What makes a kind of ReLU of a {@link ReluStep}: which pre-activations are features and how large
 * these are, what they cost beside the error of the reconstruction, and what is trained beside
 * encoder, decoder and b_dec. With n rows the derivatives of ⟨‖t − y‖²⟩ by a feature are −2/n·e·w.
 */
abstract class Gates {
  /** Makes a quotient of any feature above 1e-38, and 0 of 0. */
  private static final float HUGE = 1e38f;

  final TopKShape shape;
  final TopKParameters parameters;

  /** −2/n. */
  float factor;

  /** λ/n. */
  float pull;

  int rows;
  double sparsity;

  Gates(TopKShape shape, TopKParameters parameters) {
    this.shape = shape;
    this.parameters = parameters;
  }

  static Gates of(TopKShape shape, TopKParameters parameters) {
    return switch (shape.selection()) {
      case POSITIVE -> new SumGates(shape, parameters);
      case THRESHOLD -> new ThresholdGates(shape, parameters);
      case GATED -> new PathGates(shape, parameters);
      case ROW, BATCH ->
          throw new IllegalArgumentException("%s is no ReLU".formatted(shape.selection()));
    };
  }

  /** A tile of so many rows at most. */
  abstract ReluTile tile(int most);

  /** Takes over a feature whose weights were changed. */
  void load(int feature, float[] products) {}

  /** Takes over parameters of its own that were changed. */
  void load() {}

  /** Begins a batch. */
  void begin(int newRows, double newSparsity) {
    rows = newRows;
    sparsity = newSparsity;
    factor = -2f / newRows;
    pull = (float) (newSparsity / newRows);
  }

  /**
   * The penalty of the batch, with its coefficient.
   *
   * @param active features above zero
   */
  abstract double penalty(long active);

  /** The penalty of one row without its coefficient. */
  double penalty(float[] features) {
    throw new IllegalStateException(
        "a row of the selection %s has no penalty of its own".formatted(shape.selection()));
  }

  /**
   * Takes up a feature's gradients before its weights change.
   *
   * @param gradient of its row of the decoder, what the penalty adds included afterwards
   * @param errorSum Σe over the batch
   */
  abstract void finish(int feature, float[] gradient, float[] errorSum, float[] products);

  /**
   * Steps the parameters of its own.
   *
   * @param slopes Σ∂L/∂h of each feature
   */
  abstract void step(RowRule rule, float[] slopes);

  /** h ← max(h + b, 0). */
  static void rectify(float[] h, float[] bias) {
    for (int j = 0; j < h.length; j++) {
      h[j] = Math.max(h[j] + bias[j], 0);
    }
  }

  /** Adds 1[f > 0] without a branch. */
  static void count(float[] f, int[] fires) {
    for (int j = 0; j < f.length; j++) {
      // The sign of −bits: bits of a float above zero are an integer above zero.
      fires[j] += -Float.floatToRawIntBits(f[j]) >>> 31;
    }
  }

  /** 1 of a float above 1e-38, 0 of 0. */
  static float open(float f) {
    return Math.min(f * HUGE, 1);
  }

  /** Adds a range. */
  static void add(int[] sum, int[] share, int from, int to) {
    for (int j = from; j < to; j++) {
      sum[j] += share[j];
    }
  }

  /** Adds a range. */
  static void add(float[] sum, float[] share, int from, int to) {
    for (int j = from; j < to; j++) {
      sum[j] += share[j];
    }
  }
}
