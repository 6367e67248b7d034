package dev.microtome.probing;

import dev.microtome.linalg.Matrix;
import java.io.Serializable;

/** Something that a pass over rows sums up for one concept of classes: plain data. */
sealed interface RowsAsk extends Serializable {
  /** Whether rows of a fold count. */
  boolean reads(int fold);

  /** Zeros of what is summed up. */
  PassSums.Sum nothing();

  /** A classifier as plain data: {@link LogisticProbe} or its weights of centred rows. */
  @SuppressWarnings("ArrayRecordComponent") // handed on, not compared
  record Weights(int classes, double[] w, double[] b) implements Serializable {
    static Weights of(LogisticProbe probe) {
      return new Weights(probe.classes(), probe.weights().toArray(), probe.intercepts());
    }

    Matrix matrix() {
      return Matrix.of(b.length, w.length / b.length, w);
    }

    LogisticProbe probe() {
      return new LogisticProbe(classes, matrix(), b);
    }
  }

  /** How many rows have each class, of all that are fitted to. */
  record Counts(Labelling labelling, int classes) implements RowsAsk {
    @Override
    public boolean reads(int fold) {
      return fold != RowChunk.HELD_OUT;
    }

    @Override
    public PassSums.Sum nothing() {
      return new PassSums.Sum(classes);
    }

    void add(Examples rows, PassSums.Sum sum) {
      for (int label : labelling.of(rows)) {
        sum.numbers()[label]++;
      }
    }
  }

  /**
   * Σ −log p at weights and its gradients, of all folds but one: loss, dw, db.
   *
   * @param leftOut the fold; -1 of none
   * @param present the classes that these rows have
   * @param centre of the rows, [d]
   */
  @SuppressWarnings("ArrayRecordComponent") // handed on, not compared
  record Gradient(int leftOut, Labelling labelling, int[] present, double[] centre, Weights weights)
      implements RowsAsk {
    @Override
    public boolean reads(int fold) {
      return fold != RowChunk.HELD_OUT && fold != leftOut;
    }

    @Override
    public PassSums.Sum nothing() {
      return new PassSums.Sum(1 + weights.w().length + weights.b().length);
    }
  }

  /**
   * What a probe is worth on the fold that it was not fitted to: Σ −log p of rows whose class the
   * others have, their number, rows that are right, all rows.
   *
   * @param fitted rows of each class that it was fitted to
   */
  @SuppressWarnings("ArrayRecordComponent") // handed on, not compared
  record Held(int fold, Weights probe, long[] fitted) implements RowsAsk {
    @Override
    public boolean reads(int other) {
      return other == fold;
    }

    @Override
    public PassSums.Sum nothing() {
      return new PassSums.Sum(4);
    }

    void add(Examples rows, PassSums.Sum sum) {
      Matrix logs = probe.probe().logProbabilities(rows.x());
      int[] labels = rows.labels();
      double[] numbers = sum.numbers();
      for (int row = 0; row < labels.length; row++) {
        if (fitted[labels[row]] > 0) {
          numbers[0] -= logs.at(row, labels[row]);
          numbers[1]++;
        }
        numbers[2] += ClassProbe.largest(logs, row) == labels[row] ? 1 : 0;
      }
      numbers[3] += labels.length;
    }
  }

  /**
   * What {@link ProbeScore} needs, of the rows that are held out: guesses by classes, [C, C], and Σ
   * −log p.
   *
   * @param fitted rows of each class that the probe was fitted to
   */
  @SuppressWarnings("ArrayRecordComponent") // handed on, not compared
  record Scores(Labelling labelling, Weights probe, long[] fitted) implements RowsAsk {
    @Override
    public boolean reads(int fold) {
      return fold == RowChunk.HELD_OUT;
    }

    @Override
    public PassSums.Sum nothing() {
      return new PassSums.Sum(fitted.length * fitted.length + 1);
    }

    void add(Examples rows, PassSums.Sum sum) {
      ProbeScore.add(probe.probe(), rows.x(), labelling.of(rows), rows.sequences(), fitted, sum);
    }
  }
}
