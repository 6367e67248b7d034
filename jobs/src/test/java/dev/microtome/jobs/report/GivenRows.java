package dev.microtome.jobs.report;

import dev.microtome.jobs.TableInput;
import dev.microtome.jobs.TableReader;
import dev.microtome.jobs.VectorRows;
import dev.microtome.table.RowReader;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Tables in memory. */
final class GivenRows implements TableReader {
  private final Map<String, List<? extends Record>> tables = new LinkedHashMap<>();

  GivenRows with(String table, List<? extends Record> rows) {
    tables.put(table, rows);
    return this;
  }

  /** The same rows, of these tables in the opposite order. */
  GivenRows backwards(String... names) {
    GivenRows others = new GivenRows();
    others.tables.putAll(tables);
    for (String name : names) {
      List<Record> rows = new ArrayList<>(tables.get(name));
      Collections.reverse(rows);
      others.tables.put(name, rows);
    }
    return others;
  }

  GivenRows without(String... names) {
    GivenRows others = new GivenRows();
    others.tables.putAll(tables);
    others.tables.keySet().removeAll(List.of(names));
    return others;
  }

  ReportTables tables() {
    List<GivenTable> given = new ArrayList<>();
    tables.forEach(
        (name, rows) ->
            given.add(
                new GivenTable(
                    name,
                    new TableInput(
                        name,
                        "digest",
                        List.of(new TableInput.TableFile(name, rows.size(), 1, "digest")),
                        Map.of()))));
    return new ReportTables(given, this);
  }

  @Override
  public <R extends Record> RowReader<R> read(String path, Class<R> rowType) {
    Iterator<R> rows = tables.get(path).stream().map(rowType::cast).iterator();
    return new RowReader<>() {
      @Override
      public boolean hasNext() {
        return rows.hasNext();
      }

      @Override
      public R next() {
        return rows.next();
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public <R extends Record> RowReader<R> read(String path, Class<R> type, long from, long to) {
    throw onlyWhole();
  }

  @Override
  public <R extends Record> RowReader<R> read(
      String path, Class<R> type, Map<String, String> columns, long from, long to) {
    throw onlyWhole();
  }

  @Override
  public List<String> columns(String path) {
    throw onlyWhole();
  }

  @Override
  public Rows rows(String path, long fromByte, long toByte) {
    throw onlyWhole();
  }

  @Override
  public List<RowGroup> rowGroups(String path, String column) {
    throw onlyWhole();
  }

  @Override
  public VectorRows vectors(String path, VectorColumns columns, long from, long to) {
    throw onlyWhole();
  }

  @Override
  public List<TextGroup> textGroups(String path, String column) {
    throw onlyWhole();
  }

  /** The report reads whole tables of rows; a test that asks for more has the wrong double. */
  private static AssertionError onlyWhole() {
    return new AssertionError("the report reads whole tables and nothing else");
  }
}
