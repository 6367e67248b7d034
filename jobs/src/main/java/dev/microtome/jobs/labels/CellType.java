package dev.microtome.jobs.labels;

import dev.microtome.config.Names;
import dev.microtome.jobs.TableReader;
import dev.microtome.run.InputException;
import dev.microtome.table.Column;
import dev.microtome.table.RowReader;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Types that a column of labels may have. */
public enum CellType {
  TEXT(TextCell.class),
  WHOLE(WholeCell.class),
  NUMBER(NumberCell.class),
  TRUTH(TruthCell.class);

  /** A text. */
  record TextCell(@Column(doc = "the value", nullable = true) String value) {}

  /** An integer. */
  record WholeCell(@Column(doc = "the value", nullable = true) Long value) {}

  /** A float or double. */
  record NumberCell(@Column(doc = "the value", nullable = true) Double value) {}

  /** A boolean. */
  record TruthCell(@Column(doc = "the value", nullable = true) Boolean value) {}

  private final Class<? extends Record> rowType;

  CellType(Class<? extends Record> rowType) {
    this.rowType = rowType;
  }

  /**
   * The type of a file's column.
   *
   * @param where the file is named in messages
   * @throws InputException if there is no such column, or it is of none of these types
   */
  public static CellType of(TableReader tables, String path, String column, String where)
      throws IOException {
    List<String> columns = tables.columns(path);
    if (!columns.contains(column)) {
      throw new InputException(
          "%s has no column '%s'%s".formatted(where, column, Names.hint(column, columns)));
    }
    for (CellType type : values()) {
      try {
        type.read(tables, path, column, 0, 0).close();
        return type;
      } catch (InputException ofAnotherType) {
        // The next type may fit; what fits none is refused below.
      }
    }
    throw new InputException(
        "%s: column '%s' is of none of the types %s"
            .formatted(where, column, Arrays.toString(values())));
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

  /** The value of a cell, as text; empty where it has none. */
  public Optional<String> text(Record cell) {
    Object value;
    if (cell instanceof TextCell text) {
      value = text.value();
    } else if (cell instanceof WholeCell whole) {
      value = whole.value();
    } else if (cell instanceof NumberCell number) {
      value = number.value();
    } else {
      value = ((TruthCell) cell).value();
    }
    return Optional.ofNullable(value).map(Object::toString);
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
