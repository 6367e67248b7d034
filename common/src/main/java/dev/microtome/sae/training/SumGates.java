package dev.microtome.sae.training;

import java.util.Arrays;

/**
 * f = ReLU(h + b_enc) with a penalty of λ⟨Σ f_j c_j⟩, c_j = 1 or the norm of the decoder's row
 * (Bricken et al. 2023; Conerly et al. 2024).
 */
final class SumGates extends Gates {
  /** c. */
  private final float[] weights;

  /** Σf. */
  private final float[] values;

  SumGates(TopKShape shape, TopKParameters parameters) {
    super(shape, parameters);
    weights = new float[shape.dSae()];
    values = new float[shape.dSae()];
    Arrays.fill(weights, 1);
  }

  @Override
  ReluTile tile(int most) {
    return new SumTile(most);
  }

  @Override
  void load(int feature, float[] products) {
    if (shape.penalty() == Penalty.BY_DECODER_NORMS) {
      float[] row = parameters.decoder()[feature];
      weights[feature] = (float) Math.sqrt(Rows.dot(row, row, products));
    }
  }

  @Override
  void begin(int newRows, double newSparsity) {
    super.begin(newRows, newSparsity);
    Arrays.fill(values, 0);
  }

  @Override
  double penalty(long active) {
    return sparsity * penalty(values);
  }

  @Override
  double penalty(float[] features) {
    double penalty = 0;
    for (int j = 0; j < features.length; j++) {
      penalty += (double) weights[j] * features[j];
    }
    return penalty;
  }

  @Override
  void finish(int feature, float[] gradient, float[] errorSum, float[] products) {
    if (shape.penalty() == Penalty.BY_DECODER_NORMS && weights[feature] > 0) {
      // ∂‖w‖/∂w = w/‖w‖
      Rows.add(gradient, pull * values[feature] / weights[feature], parameters.decoder()[feature]);
    }
  }

  @Override
  void step(RowRule rule, float[] slopes) {
    rule.step(Parameter.B_ENC, 0, parameters.encoderBias(), slopes);
  }

  /** g = 1[f > 0]·(factor·g + pull·c), with the sum of it. */
  private static void differentiate(
      float[] g, float[] f, float factor, float pull, float[] weights, float[] sum) {
    for (int j = 0; j < g.length; j++) {
      g[j] = open(f[j]) * (factor * g[j] + pull * weights[j]);
    }
    Rows.add(sum, g);
  }

  private final class SumTile extends ReluTile {
    private final float[] ownValues = new float[shape.dSae()];

    SumTile(int most) {
      super(most, shape);
    }

    @Override
    void clear(int newRows) {
      super.clear(newRows);
      Arrays.fill(ownValues, 0);
    }

    @Override
    void open(int row, float[] h) {
      rectify(h, parameters.encoderBias());
      Rows.add(ownValues, h);
      count(h, fires);
      list(row, h);
    }

    @Override
    void answer(int row, Remainder error) {
      for (int at = starts[row]; at < starts[row + 1]; at++) {
        int feature = entryFeatures[at];
        float slope = factor * error.dot(feature) + pull * weights[feature];
        entrySlopes[at] = slope;
        slopes[feature] += slope;
      }
    }

    @Override
    void answer(int row, float[] f, float[] g) {
      differentiate(g, f, factor, pull, weights, slopes);
    }

    @Override
    void addTo(int from, int to) {
      add(values, ownValues, from, to);
    }
  }
}
