package dev.microtome.jobs.gaps;

import dev.microtome.jobs.PartContext;
import dev.microtome.jobs.PartTask;
import dev.microtome.probing.RowSample;
import dev.microtome.table.RowWriter;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;

/** Draws from a part's documents those that may be in the sample of all. */
record DrawTask(DocumentSource source, LabelColumns columns, DocumentDraw draw)
    implements PartTask<DrawTask.Part> {

  /**
   * A part whose documents have numbers.
   *
   * @param first number of its first document
   */
  record Part(DocumentRange.Part documents, long first) implements Serializable {}

  @Override
  public long run(Part part, PartContext context) throws IOException {
    RowSample<DrawnDocumentRow> train = draw.train();
    RowSample<DrawnDocumentRow> test = draw.test();
    long[] id = {part.first()};
    for (DocumentRange range : part.documents().ranges()) {
      source.labels(
          range,
          context.files(),
          context.tables(),
          (place, label, concept) -> {
            if (!label.isEmpty() && columns.isCompared(concept)) {
              (draw.split().isTest(id[0]) ? test : train)
                  .add(id[0], 0, new DrawnDocumentRow(id[0], range.file(), place, label, concept));
            }
            id[0]++;
          });
    }
    try (RowWriter<DrawnDocumentRow> writer = context.writer(GapTables.DRAWN, "")) {
      for (List<DrawnDocumentRow> rows : List.of(train.rows(), test.rows())) {
        for (DrawnDocumentRow row : rows) {
          writer.write(row);
        }
      }
    }
    return id[0] - part.first();
  }
}
