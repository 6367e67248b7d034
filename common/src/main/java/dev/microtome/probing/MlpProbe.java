package dev.microtome.probing;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.microtome.linalg.Matrix;
import dev.microtome.stats.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A classifier of one hidden layer with ReLU on standardised activations, in float32: what a
 * concept's erasure from linear probes leaves for others. Immutable.
 */
public final class MlpProbe implements ClassProbe {
  private final int classes;
  // mean and 1/deviation of the inputs, [2, d]
  private final Matrix standard;
  // w1 [d, h], b1 [h], w2 [h, C], b2 [C]
  private final List<float[]> parameters;
  private final List<Shape> shapes;
  private final double validationNats;

  private MlpProbe(
      int classes,
      Matrix standard,
      List<float[]> parameters,
      List<Shape> shapes,
      double validationNats) {
    this.classes = classes;
    this.standard = standard;
    this.parameters = parameters;
    this.shapes = shapes;
    this.validationNats = validationNats;
  }

  /**
   * Trains a network and keeps it as it was when it predicted other rows best. Rows are drawn in
   * shuffled passes, on the calling thread; the same seed and threads give the same bits.
   *
   * @param x [n, d] to train on
   * @param labels a class from 0 for each row
   * @param validation rows of other sequences, which choose the moment to stop
   * @param validationLabels theirs
   */
  public static MlpProbe fit(
      ProbeRows x,
      int[] labels,
      ProbeRows validation,
      int[] validationLabels,
      int classes,
      MlpSettings settings,
      long seed) {
    if (x.rows() == 0 || labels.length != x.rows()) {
      throw new IllegalArgumentException(
          "%d labels for %d activation rows".formatted(labels.length, x.rows()));
    }
    if (validation.rows() == 0 || validationLabels.length != validation.rows()) {
      throw new IllegalArgumentException(
          "%d labels for %d activation rows that say when to stop"
              .formatted(validationLabels.length, validation.rows()));
    }
    try (NDManager scope = x.array().getManager().newSubManager()) {
      return new Training(scope, x, labels, classes, settings, seed)
          .run(validation, validationLabels);
    }
  }

  @Override
  public int classes() {
    return classes;
  }

  /** Mean −log p of the rows that chose the moment to stop, in nats. */
  public double validationNats() {
    return validationNats;
  }

  @Override
  public Matrix logProbabilities(ProbeRows x) {
    if (x.columns() != standard.columns()) {
      throw new IllegalArgumentException(
          "Activations of %d numbers for a probe of %d".formatted(x.columns(), standard.columns()));
    }
    if (x.rows() == 0) {
      return Matrix.zeros(0, classes);
    }
    try (NDManager scope = x.array().getManager().newSubManager()) {
      List<NDArray> arrays = new ArrayList<>();
      for (int i = 0; i < parameters.size(); i++) {
        arrays.add(scope.create(parameters.get(i), shapes.get(i)));
      }
      return ProbeRows.matrix(
          ProbeKernels.mlp(scope, x.array(), ProbeRows.array(scope, standard), arrays));
    }
  }

  /** A network while it is trained. */
  private static final class Training {
    private final NDManager scope;
    private final NDArray x;
    private final NDArray y;
    private final int classes;
    private final MlpSettings settings;
    private final long seed;
    private final NDArray standard;
    private final List<NDArray> parameters = new ArrayList<>();
    private final List<NDArray> means = new ArrayList<>();
    private final List<NDArray> squares = new ArrayList<>();
    private final long[] order;
    private int next;
    private int pass;

    Training(
        NDManager scope,
        ProbeRows rows,
        int[] labels,
        int classes,
        MlpSettings settings,
        long seed) {
      this.scope = scope;
      this.classes = classes;
      this.settings = settings;
      this.seed = seed;
      x = rows.array();
      y = scope.create(labels).toType(DataType.INT64, false);
      standard = ProbeKernels.standard(scope, x);
      int d = rows.columns();
      parameter(0, new Shape(d, settings.hidden()), d);
      parameter(1, new Shape(settings.hidden()), d);
      parameter(2, new Shape(settings.hidden(), classes), settings.hidden());
      parameter(3, new Shape(classes), settings.hidden());
      order = new long[labels.length];
      for (int i = 0; i < order.length; i++) {
        order[i] = i;
      }
      next = order.length;
    }

    /** Uniform in ±1/√inputs, as torch's linear layers begin. */
    private void parameter(int index, Shape shape, int inputs) {
      SplittableRandom random = new SplittableRandom(Seeds.of(seed, "mlp", index));
      float[] values = new float[(int) shape.size()];
      double bound = 1 / Math.sqrt(inputs);
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (bound * (2 * random.nextDouble() - 1));
      }
      parameters.add(scope.create(values, shape));
      means.add(scope.zeros(shape));
      squares.add(scope.zeros(shape));
    }

    MlpProbe run(ProbeRows validation, int[] labels) {
      MlpProbe best = null;
      int done = 0;
      for (int i = 1; i <= settings.evaluations(); i++) {
        int until = (int) ((long) settings.steps() * i / settings.evaluations());
        try (NDManager call = scope.newSubManager()) {
          ProbeKernels.mlpStepsInPlace(
              x,
              y,
              call.create(rows((until - done) * settings.batchRows())),
              standard,
              parameters,
              means,
              squares,
              done,
              settings);
        }
        done = until;
        MlpProbe now = probe(validation, labels);
        if (best == null || now.validationNats < best.validationNats) {
          best = now;
        }
      }
      return best;
    }

    /** Indices of rows, each once a pass. */
    private long[] rows(int count) {
      long[] rows = new long[count];
      for (int i = 0; i < count; i++) {
        if (next == order.length) {
          shuffle();
        }
        rows[i] = order[next++];
      }
      return rows;
    }

    private void shuffle() {
      SplittableRandom random = new SplittableRandom(Seeds.of(seed, "mlp-order", pass++));
      for (int i = order.length - 1; i > 0; i--) {
        int other = random.nextInt(i + 1);
        long row = order[i];
        order[i] = order[other];
        order[other] = row;
      }
      next = 0;
    }

    private MlpProbe probe(ProbeRows validation, int[] labels) {
      List<float[]> values = parameters.stream().map(NDArray::toFloatArray).toList();
      List<Shape> shapes = parameters.stream().map(NDArray::getShape).toList();
      Matrix inputs = ProbeRows.matrix(standard);
      Matrix logs = new MlpProbe(classes, inputs, values, shapes, 0).logProbabilities(validation);
      double sum = 0;
      for (int row = 0; row < labels.length; row++) {
        sum -= logs.at(row, labels[row]);
      }
      return new MlpProbe(classes, inputs, values, shapes, sum / labels.length);
    }
  }
}
