package dev.microtome.jobs.report;

import dev.microtome.jobs.TableInput;
import dev.microtome.jobs.TableReader;
import dev.microtome.run.InputException;
import dev.microtome.table.RowReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** The rows of the tables that are given. */
final class ReportTables {
  private final List<GivenTable> tables;
  private final TableReader reader;

  ReportTables(List<GivenTable> tables, TableReader reader) {
    this.tables = List.copyOf(tables);
    this.reader = reader;
  }

  boolean has(String name) {
    return find(name).isPresent();
  }

  /** All rows, in the order of files and rows. */
  <R extends Record> List<R> rows(String name, Class<R> rowType) throws IOException {
    return rows(name, rowType, row -> true);
  }

  /**
   * The rows that are wanted. Others are read and forgotten: tables of features are longer than
   * what a page shows of them.
   */
  <R extends Record> List<R> rows(String name, Class<R> rowType, Predicate<R> wanted)
      throws IOException {
    TableInput table =
        find(name).orElseThrow(() -> new InputException("Table " + name + " is not given"));
    List<R> rows = new ArrayList<>();
    for (TableInput.TableFile file : table.files()) {
      try (RowReader<R> open = reader.read(file.path(), rowType)) {
        while (open.hasNext()) {
          R row = open.next();
          if (wanted.test(row)) {
            rows.add(row);
          }
        }
      }
    }
    return rows;
  }

  private Optional<TableInput> find(String name) {
    return tables.stream()
        .filter(table -> table.name().equals(name))
        .map(GivenTable::table)
        .findFirst();
  }
}
