package dev.microtome.corpus;

import dev.microtome.table.RowWriter;
import dev.microtome.table.TableSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Rows kept in memory, by table. */
final class Collected implements RowWriters {
  private final Map<String, List<Record>> rows = new HashMap<>();

  static Collected sequences(GeneratedCorpus corpus, long from, long to) {
    Collected collected = new Collected();
    try {
      corpus.writeSequences(from, to, collected);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return collected;
  }

  static Collected truth(GeneratedCorpus corpus) {
    Collected collected = new Collected();
    try {
      corpus.writeTruth(collected);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return collected;
  }

  <R extends Record> List<R> of(TableSpec<R> table) {
    return rows.getOrDefault(table.name(), List.of()).stream().map(table.rowType()::cast).toList();
  }

  double metric(String name) {
    return of(MetricRow.TABLE).stream()
        .filter(row -> row.metric().equals(name))
        .findFirst()
        .orElseThrow()
        .value();
  }

  @Override
  public <R extends Record> RowWriter<R> open(TableSpec<R> table) {
    List<Record> list = rows.computeIfAbsent(table.name(), name -> new ArrayList<>());
    return new RowWriter<>() {
      @Override
      public void write(R row) {
        list.add(row);
      }

      @Override
      public void close() {}
    };
  }
}
