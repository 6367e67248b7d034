package dev.microtome.jobs.gaps;

import dev.microtome.jobs.PartContext;
import dev.microtome.jobs.PartTask;
import dev.microtome.table.RowWriter;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/**
 * Counts a part's documents by label and concept.
 *
 * @param columns what is refused where the values are too many to be labels
 */
record CountTask(DocumentSource source, LabelColumns columns)
    implements PartTask<DocumentRange.Part> {

  @Override
  public long run(DocumentRange.Part part, PartContext context) throws IOException {
    Map<String, Map<String, Long>> counts = new TreeMap<>();
    Map<String, Long> concepts = new TreeMap<>();
    long places = 0;
    for (DocumentRange range : part.ranges()) {
      source.labels(
          range,
          context.files(),
          context.tables(),
          (place, label, concept) -> {
            // Of a column of texts, that nobody meant, not every one is kept.
            boolean kept =
                concepts.size() < LabelColumns.MOST
                    || concepts.containsKey(concept)
                    || columns.groups().contains(concept);
            String known = kept ? concept : "";
            concepts.merge(known, 1L, Long::sum);
            counts
                .computeIfAbsent(columns.isCompared(known) ? label : "", unused -> new TreeMap<>())
                .merge(known, 1L, Long::sum);
            columns.requireFew(counts.size());
          });
      places += range.to() - range.from();
      context.progress(places);
    }
    try (RowWriter<DocumentCountRow> writer = context.writer(GapTables.COUNTS, "")) {
      for (Map.Entry<String, Map<String, Long>> label : counts.entrySet()) {
        for (Map.Entry<String, Long> concept : label.getValue().entrySet()) {
          writer.write(
              new DocumentCountRow(
                  context.index(), label.getKey(), concept.getKey(), concept.getValue()));
        }
      }
    }
    return places;
  }
}
