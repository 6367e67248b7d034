package dev.microtome.jobs.gaps;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microtome.probing.RowSample;
import dev.microtome.probing.SequenceSplit;
import dev.microtome.run.LocalFileStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which documents parts read and draw, without Spark. */
class DocumentDrawTest {
  @Test
  void filesAreCutIntoParts() {
    List<DocumentRange.Part> parts = DocumentRange.cut(List.of(5L, 0L, 7L), 4);
    assertThat(parts.stream().map(DocumentRange.Part::ranges))
        .containsExactly(
            List.of(new DocumentRange(0, 0, 4)),
            List.of(new DocumentRange(0, 4, 5), new DocumentRange(2, 0, 3)),
            List.of(new DocumentRange(2, 3, 7)));
  }

  /** However many parts there are, they hand on a few times the sample, and it is that of all. */
  @Test
  void theSampleOfPartsIsThatOfAllDocuments() {
    int documents = 40_000;
    DocumentDraw draw = new DocumentDraw(new SequenceSplit(3, 0.25, 4), 100, 30, documents);
    RowSample<DrawnDocumentRow> whole = new RowSample<>(3, 30);
    List<DrawnDocumentRow> handedOn = new ArrayList<>();
    for (int part = 0; part < 400; part++) {
      RowSample<DrawnDocumentRow> own = draw.test();
      for (long id = part * 100L; id < (part + 1) * 100L; id++) {
        if (draw.split().isTest(id)) {
          DrawnDocumentRow row = new DrawnDocumentRow(id, 0, id, "nurse", "female");
          whole.add(id, 0, row);
          own.add(id, 0, row);
        }
      }
      handedOn.addAll(own.rows());
    }
    assertThat(handedOn).hasSizeBetween(100, 300); // 4 · (30 + 16) expected, of 10,000
    RowSample<DrawnDocumentRow> merged = draw.test();
    handedOn.forEach(row -> merged.add(row.id(), 0, row));
    assertThat(merged.rows()).isEqualTo(whole.rows()).hasSize(30);
  }

  /** A line belongs to the part in which it begins, wherever the cuts are. */
  @Test
  void partsOfLinesHaveEachDocumentOnce(@TempDir Path folder) throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 50; i++) {
      lines.append("{\"text\": \"%s\", \"job\": %d, \"sex\": \"f\"}%n".formatted("x".repeat(i), i));
    }
    Path file = Files.writeString(folder.resolve("people.jsonl"), lines);
    DocumentLines source =
        new DocumentLines(
            List.of(file.toString()), List.of(Files.size(file)), List.of("text", "job", "sex"));
    List<Long> places = new ArrayList<>();
    List<String> labels = new ArrayList<>();
    for (DocumentRange.Part part : DocumentRange.cut(List.of(Files.size(file)), 37)) {
      for (DocumentRange range : part.ranges()) {
        source.labels(
            range,
            new LocalFileStore(),
            /* tables= */ null,
            (place, label, concept) -> {
              places.add(place);
              labels.add(label);
            });
      }
    }
    assertThat(labels).hasSize(50);
    for (int i = 0; i < 50; i++) {
      assertThat(labels.get(i)).isEqualTo(Integer.toString(i));
    }
    assertThat(places).isSorted().doesNotHaveDuplicates();
  }
}
