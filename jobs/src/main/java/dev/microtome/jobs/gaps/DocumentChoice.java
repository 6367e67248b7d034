package dev.microtome.jobs.gaps;

import dev.microtome.jobs.JobContext;
import dev.microtome.probing.RowSample;
import dev.microtome.run.RejectedContentException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Which documents are fitted to and which are scored on, of those that the parts have drawn: what
 * cannot be compared is refused, and the model runs over no document that nobody needs.
 */
final class DocumentChoice {
  private final DocumentCensus census;
  private final List<DrawnDocumentRow> train;
  private final List<DrawnDocumentRow> test;

  private DocumentChoice(
      DocumentCensus census, List<DrawnDocumentRow> train, List<DrawnDocumentRow> test) {
    this.census = census;
    this.train = train;
    this.test = test;
  }

  /**
   * Makes the sample of all documents from those of the parts.
   *
   * @throws RejectedContentException if there is nothing to compare
   */
  static DocumentChoice of(DocumentCensus census, DocumentDraw draw, JobContext context)
      throws IOException {
    RowSample<DrawnDocumentRow> train = draw.train();
    RowSample<DrawnDocumentRow> test = draw.test();
    context.forEachRow(
        GapTables.DRAWN,
        row -> (draw.split().isTest(row.id()) ? test : train).add(row.id(), 0, row));
    DocumentChoice choice = new DocumentChoice(census, train.rows(), test.rows());
    choice.requireEnough();
    return choice;
  }

  /** How many were drawn. */
  int documents() {
    return train.size() + test.size();
  }

  /**
   * What the model runs over, in the order of the documents.
   *
   * @param paths of the files
   * @param most documents of a part
   */
  List<DocumentPart> parts(List<String> paths, int most) {
    List<String> labels = List.copyOf(census.labels().keySet());
    List<String> groups = census.groups();
    List<DrawnDocumentRow> all = new ArrayList<>(train);
    all.addAll(test);
    all.sort(Comparator.comparingLong(DrawnDocumentRow::id));
    List<DocumentPart> parts = new ArrayList<>();
    for (int from = 0; from < all.size(); from += most) {
      Map<Integer, List<DocumentSlice.Chosen>> byFile = new TreeMap<>();
      for (DrawnDocumentRow each : all.subList(from, Math.min(all.size(), from + most))) {
        byFile
            .computeIfAbsent(each.file(), unused -> new ArrayList<>())
            .add(
                new DocumentSlice.Chosen(
                    each.id(),
                    each.place(),
                    labels.indexOf(each.label()),
                    groups.indexOf(each.concept())));
      }
      List<DocumentSlice> slices = new ArrayList<>();
      byFile.forEach((file, chosen) -> slices.add(new DocumentSlice(paths.get(file), chosen)));
      parts.add(new DocumentPart(slices));
    }
    return parts;
  }

  private void requireEnough() {
    Map<String, Long> byLabel =
        train.stream()
            .collect(Collectors.groupingBy(DrawnDocumentRow::label, Collectors.counting()));
    census
        .labels()
        .forEach(
            (label, count) -> {
              if (!byLabel.containsKey(label)) {
                throw new RejectedContentException(
                    "label-column: none of the %,d documents with '%s' is among the %,d to fit to; leave it out or join it with another, raise train-documents, or take another seed"
                        .formatted(count, label, train.size()));
              }
            });
    for (String group : census.groups()) {
      long count = train.stream().filter(each -> each.concept().equals(group)).count();
      if (count < 2) {
        throw new RejectedContentException(
            "concept-column: %d of the %,d documents to fit to has '%s', at least 2 are needed to erase it"
                .formatted(count, train.size(), group));
      }
    }
    Map<String, Long> groupsByLabel =
        test.stream()
            .collect(
                Collectors.groupingBy(
                    DrawnDocumentRow::label,
                    Collectors.mapping(
                        DrawnDocumentRow::concept,
                        Collectors.collectingAndThen(
                            Collectors.toSet(), set -> (long) set.size()))));
    if (groupsByLabel.values().stream().noneMatch(count -> count == 2)) {
      throw new RejectedContentException(
          "documents: no label has documents of both groups, %s, among the %,d held out: there is no gap to measure; more documents, or a larger test-share, are needed"
              .formatted(String.join(" and ", census.groups()), test.size()));
    }
  }
}
