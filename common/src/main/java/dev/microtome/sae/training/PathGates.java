package dev.microtome.sae.training;

import dev.microtome.linalg.NativeFloats;
import java.util.Arrays;

/**
 * A Gated autoencoder (Rajamanoharan et al. 2024): with h = x·W_enc, p = ReLU(h + b_gate) and f =
 * 1[p > 0]·ReLU(h·exp(r_mag) + b_mag), beside the error of f a penalty of λ⟨‖p‖₁⟩ and the error e′
 * of p through a decoder and a b_dec that it leaves alone.
 *
 * <p>An entry is a feature whose gate is open, its value f, which may be 0. e′ is e without what
 * the features p − f rebuild.
 */
final class PathGates extends Gates {
  /** exp(r_mag). */
  private final float[] scale;

  /** Σ∂L/∂f over the features above zero, and the same times h·exp(r_mag). */
  private final float[] magnitudeSlopes;

  private final float[] scaleSlopes;

  /** Σ∂L/∂p over open gates. */
  private final float[] gateSlopes;

  /** Σp. */
  private final float[] gateValues;

  PathGates(TopKShape shape, TopKParameters parameters) {
    super(shape, parameters);
    scale = new float[shape.dSae()];
    magnitudeSlopes = new float[shape.dSae()];
    scaleSlopes = new float[shape.dSae()];
    gateSlopes = new float[shape.dSae()];
    gateValues = new float[shape.dSae()];
  }

  @Override
  ReluTile tile(int most) {
    return new PathTile(most);
  }

  @Override
  void load() {
    float[] logarithms = parameters.row(Parameter.R_MAG);
    for (int j = 0; j < scale.length; j++) {
      scale[j] = (float) Math.exp(logarithms[j]);
    }
  }

  @Override
  void begin(int newRows, double newSparsity) {
    super.begin(newRows, newSparsity);
    Arrays.fill(magnitudeSlopes, 0);
    Arrays.fill(scaleSlopes, 0);
    Arrays.fill(gateSlopes, 0);
    Arrays.fill(gateValues, 0);
  }

  @Override
  double penalty(long active) {
    double sum = 0;
    for (float value : gateValues) {
      sum += value;
    }
    return sparsity * sum;
  }

  @Override
  void finish(int feature, float[] gradient, float[] errorSum, float[] products) {}

  @Override
  void step(RowRule rule, float[] slopes) {
    rule.step(Parameter.B_GATE, 0, parameters.row(Parameter.B_GATE), gateSlopes);
    rule.step(Parameter.R_MAG, 0, parameters.row(Parameter.R_MAG), scaleSlopes);
    rule.step(Parameter.B_MAG, 0, parameters.row(Parameter.B_MAG), magnitudeSlopes);
    load();
  }

  /** f = 1[p > 0]·ReLU(h·s + b). */
  private static void magnify(float[] h, float[] p, float[] s, float[] b) {
    for (int j = 0; j < h.length; j++) {
      h[j] = open(p[j]) * Math.max(h[j] * s[j] + b[j], 0);
    }
  }

  /** g = 1[f > 0]·factor·g, with the sums of it and of it times f − b. */
  private static void differentiate(
      float[] g, float[] f, float factor, float[] b, float[] sum, float[] scaleSum) {
    for (int j = 0; j < g.length; j++) {
      g[j] = open(f[j]) * (factor * g[j]);
    }
    Rows.add(sum, g);
    for (int j = 0; j < g.length; j++) {
      scaleSum[j] += g[j] * (f[j] - b[j]);
    }
  }

  /** q = 1[p > 0]·(factor·q + pull), with the sum of it. */
  private static void differentiateGate(
      float[] q, float[] p, float factor, float pull, float[] sum) {
    for (int j = 0; j < q.length; j++) {
      q[j] = open(p[j]) * (factor * q[j] + pull);
    }
    Rows.add(sum, q);
  }

  /** g = g·s + q, with the sum of it. */
  private static void join(float[] g, float[] s, float[] q, float[] sum) {
    for (int j = 0; j < g.length; j++) {
      g[j] = g[j] * s[j] + q[j];
    }
    Rows.add(sum, g);
  }

  private final class PathTile extends ReluTile {
    /** p, [n, m]. */
    private final NativeFloats gates;

    /** What of x̂ is p's and not f's, and later e′, [n, d]. */
    private final NativeFloats gateErrors;

    /** p − f, and later e′·W_decᵀ, [n, m]. */
    private final NativeFloats gateGradients;

    private final float[] entryGates;
    private final float[] ownMagnitudeSlopes = new float[shape.dSae()];
    private final float[] ownScaleSlopes = new float[shape.dSae()];
    private final float[] ownGateSlopes = new float[shape.dSae()];
    private final float[] ownGateValues = new float[shape.dSae()];
    private final float[] p = new float[shape.dSae()];
    private final float[] q = new float[shape.dSae()];
    private final float[] error = new float[shape.dOut()];
    private final float[] rebuilt = new float[shape.dOut()];

    PathTile(int most) {
      super(most, shape);
      gates = new NativeFloats(most, shape.dSae());
      gateErrors = new NativeFloats(most, shape.dOut());
      gateGradients = new NativeFloats(most, shape.dSae());
      entryGates = new float[entryValues.length];
    }

    @Override
    void clear(int newRows) {
      super.clear(newRows);
      Arrays.fill(ownMagnitudeSlopes, 0);
      Arrays.fill(ownScaleSlopes, 0);
      Arrays.fill(ownGateSlopes, 0);
      Arrays.fill(ownGateValues, 0);
    }

    @Override
    void open(int row, float[] h) {
      System.arraycopy(h, 0, p, 0, h.length);
      rectify(p, parameters.row(Parameter.B_GATE));
      gates.set(row, p);
      Rows.add(ownGateValues, p);
      magnify(h, p, scale, parameters.row(Parameter.B_MAG));
      count(h, fires);
      list(row, p);
      for (int at = starts[row]; at < starts[row + 1]; at++) {
        entryGates[at] = entryValues[at];
        entryValues[at] = h[entryFeatures[at]];
      }
    }

    @Override
    void answer(int row, Remainder remainder) {
      float[] b = parameters.row(Parameter.B_MAG);
      int from = starts[row];
      int to = starts[row + 1];
      for (int at = from; at < to; at++) {
        int feature = entryFeatures[at];
        float slope = entryValues[at] > 0 ? factor * remainder.dot(feature) : 0;
        ownMagnitudeSlopes[feature] += slope;
        ownScaleSlopes[feature] += slope * (entryValues[at] - b[feature]);
        entrySlopes[at] = slope * scale[feature];
      }
      for (int at = from; at < to; at++) {
        remainder.subtract(entryFeatures[at], entryGates[at] - entryValues[at]);
      }
      sums.auxiliaryError += remainder.square();
      for (int at = from; at < to; at++) {
        int feature = entryFeatures[at];
        float slope = factor * remainder.dot(feature) + pull;
        ownGateSlopes[feature] += slope;
        entrySlopes[at] += slope;
        slopes[feature] += entrySlopes[at];
      }
    }

    @Override
    void rebuild(NativeFloats decoder, float[] products) {
      for (int row = 0; row < rows; row++) {
        gates.copy(row, p);
        features.copy(row, q);
        Rows.subtract(p, p, q);
        gateGradients.set(row, p);
      }
      gateErrors.setProduct(gateGradients, decoder);
      for (int row = 0; row < rows; row++) {
        gateErrors.copy(row, rebuilt);
        errors.copy(row, error);
        Rows.subtract(error, error, rebuilt);
        sums.auxiliaryError += Rows.dot(error, error, products);
        gateErrors.set(row, error);
      }
      gateGradients.setProductTransposed(gateErrors, decoder);
    }

    @Override
    void answer(int row, float[] f, float[] g) {
      gates.copy(row, p);
      gateGradients.copy(row, q);
      float[] b = parameters.row(Parameter.B_MAG);
      differentiate(g, f, factor, b, ownMagnitudeSlopes, ownScaleSlopes);
      differentiateGate(q, p, factor, pull, ownGateSlopes);
      join(g, scale, q, slopes);
    }

    @Override
    void addTo(int from, int to) {
      add(magnitudeSlopes, ownMagnitudeSlopes, from, to);
      add(scaleSlopes, ownScaleSlopes, from, to);
      add(gateSlopes, ownGateSlopes, from, to);
      add(gateValues, ownGateValues, from, to);
    }

    @Override
    public void close() {
      super.close();
      gates.close();
      gateErrors.close();
      gateGradients.close();
    }
  }
}
