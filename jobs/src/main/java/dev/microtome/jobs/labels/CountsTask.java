package dev.microtome.jobs.labels;

import dev.microtome.erasure.LabelCountRow;
import dev.microtome.jobs.PartContext;
import dev.microtome.jobs.PartTask;
import dev.microtome.jobs.inputs.TokenSlices;
import dev.microtome.table.RowWriter;
import java.io.IOException;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;

/** Counts the values of a part of the labels. */
record CountsTask(LabelTable labels) implements PartTask<TokenSlices> {
  /** In place of a column's: a concept that was not asked for. */
  static final int OTHER = -1;

  private record Key(String concept, int column, String value) {}

  @Override
  public long run(TokenSlices part, PartContext context) throws IOException {
    Map<String, Map<Key, Long>> counts = new TreeMap<>();
    long rows = 0;
    for (TokenSlices.Slice slice : part.slices()) {
      labels.read(
          context.tables(),
          slice.path(),
          slice.from(),
          slice.to(),
          (place, concept, values) -> {
            if (concept < 0) {
              count(new Key(values.get(0), OTHER, ""), counts);
              return;
            }
            LabelTable.ConceptSource source = labels.concepts().get(concept);
            for (int column = 0; column < values.size(); column++) {
              boolean real = source.columns().get(column).real();
              count(new Key(source.name(), column, real ? "" : values.get(column)), counts);
            }
          });
      rows += slice.to() - slice.from();
      context.progress(rows);
    }
    try (RowWriter<LabelCountRow> writer = context.writer(LabelTables.COUNTS, "")) {
      for (Map<Key, Long> concept : counts.values()) {
        for (Map.Entry<Key, Long> each : concept.entrySet()) {
          Key key = each.getKey();
          writer.write(
              new LabelCountRow(key.concept(), key.column(), key.value(), each.getValue()));
        }
      }
    }
    return rows;
  }

  private static void count(Key key, Map<String, Map<Key, Long>> counts) {
    counts
        .computeIfAbsent(
            key.concept(),
            unused -> new TreeMap<>(Comparator.comparingInt(Key::column).thenComparing(Key::value)))
        .merge(key, 1L, Long::sum);
  }
}
