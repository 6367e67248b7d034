package dev.microtome.jobs.labels;

import dev.microtome.jobs.TableReader;
import dev.microtome.table.Column;
import dev.microtome.table.RowReader;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;

/** Types that a column of labels may have. */
public enum CellType {
  TEXT(TextCell.class),
  WHOLE(WholeCell.class),
  NUMBER(NumberCell.class),
  TRUTH(TruthCell.class);

  /** A text. */
  record TextCell(@Column(doc = "the value") String value) {}

  /** An integer. */
  record WholeCell(@Column(doc = "the value") long value) {}

  /** A float or double. */
  record NumberCell(@Column(doc = "the value") double value) {}

  /** A boolean. */
  record TruthCell(@Column(doc = "the value") boolean value) {}

  private final Class<? extends Record> rowType;

  CellType(Class<? extends Record> rowType) {
    this.rowType = rowType;
  }

  /**
   * Opens rows [from, to) of a column.
   *
   * @throws dev.microtome.run.InputException if it is of another type, or not there
   */
  public RowReader<?> read(TableReader tables, String path, String column, long from, long to)
      throws IOException {
    return tables.read(path, rowType, Map.of("value", column), from, to);
  }

  /** The value of a cell, as text. */
  public String text(Record cell) {
    if (cell instanceof TextCell text) {
      return text.value();
    } else if (cell instanceof WholeCell whole) {
      return Long.toString(whole.value());
    } else if (cell instanceof NumberCell number) {
      return Double.toString(number.value());
    }
    return Boolean.toString(((TruthCell) cell).value());
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
