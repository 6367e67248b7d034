package dev.microtome.sae.stream;

import java.io.Serializable;

/**
 * The columns of a stream's rows that one SAE is trained on: rows of several hooks lie side by side
 * in a stream that is read or computed once for all.
 *
 * @param from first column of what is encoded
 * @param width columns of it
 * @param targetFrom first column of what is rebuilt
 * @param targetWidth columns of it; 0 if what is encoded is rebuilt
 */
public record RowColumns(int from, int width, int targetFrom, int targetWidth)
    implements Serializable {
  public RowColumns {
    if (from < 0 || width < 1 || targetFrom < 0 || targetWidth < 0) {
      throw new IllegalArgumentException(
          "%d columns from %d and %d from %d, expected some from 0 on"
              .formatted(width, from, targetWidth, targetFrom));
    }
  }

  /** All columns, encoded and rebuilt. */
  public static RowColumns all(int width) {
    return new RowColumns(0, width, 0, 0);
  }

  /** Columns that are both taken. */
  public int total() {
    return width + targetWidth;
  }

  /** Whether a row of so many columns is taken as it is. */
  public boolean areAll(int columns) {
    return from == 0 && total() == columns && (targetWidth == 0 || targetFrom == width);
  }

  /** A batch of these columns' width. */
  public RowBatch batch(int rows) {
    return new RowBatch(rows, total());
  }

  /**
   * Copies these columns, what is encoded first.
   *
   * @param target made by {@link #batch}
   */
  public void copy(RowBatch source, RowBatch target) {
    for (int i = 0; i < source.size(); i++) {
      copy(source.rows()[i], 0, target.rows()[i], 0);
    }
    target.changed();
  }

  /** Copies these columns of a row. */
  public void copy(float[] source, int sourceStart, float[] target, int start) {
    System.arraycopy(source, sourceStart + from, target, start, width);
    System.arraycopy(source, sourceStart + targetFrom, target, start + width, targetWidth);
  }
}
