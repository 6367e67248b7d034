package dev.microtome.jobs.gaps;

import dev.microtome.jobs.JobContext;
import dev.microtome.run.RejectedContentException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Labels and groups of all documents, as parts have counted them. */
final class DocumentCensus {
  private final LabelColumns columns;
  private final Map<String, Long> labels = new TreeMap<>();
  private final Map<String, Long> concepts = new TreeMap<>();
  private final Map<Integer, Long> byPart = new TreeMap<>();
  private long documents;
  private long leftOut;

  private DocumentCensus(LabelColumns columns) {
    this.columns = columns;
  }

  /**
   * Merges what the parts have counted.
   *
   * @throws RejectedContentException if there is nothing to compare
   */
  static DocumentCensus of(LabelColumns columns, JobContext context) throws IOException {
    DocumentCensus census = new DocumentCensus(columns);
    context.forEachRow(GapTables.COUNTS, census::add);
    census.requireTwo();
    return census;
  }

  private void add(DocumentCountRow row) {
    documents += row.documents();
    byPart.merge(row.part(), row.documents(), Long::sum);
    if (!row.concept().isEmpty()
        && (concepts.size() < LabelColumns.MOST || columns.groups().contains(row.concept()))) {
      concepts.merge(row.concept(), row.documents(), Long::sum);
    }
    if (row.label().isEmpty() || !columns.isCompared(row.concept())) {
      leftOut += row.documents();
      return;
    }
    labels.merge(row.label(), row.documents(), Long::sum);
    columns.requireFew(labels.size());
  }

  private void requireTwo() {
    List<String> unused = groups();
    if (labels.size() < 2) {
      throw new RejectedContentException(
          "label-column: %s of the %,d documents of %s; two are needed"
              .formatted(
                  labels.isEmpty()
                      ? "column %s is empty in all".formatted(columns.label())
                      : "column %s has one value only, '%s', in all"
                          .formatted(columns.label(), labels.keySet().iterator().next()),
                  documents,
                  columns.documents()));
    }
  }

  /** Documents of each label that are compared, in the order of the labels. */
  Map<String, Long> labels() {
    return labels;
  }

  /** The two values of the concept. */
  List<String> groups() {
    if (columns.groups().isEmpty()) {
      if (concepts.size() != 2) {
        throw new RejectedContentException(
            "concept-column: column %s of %s has %s; two are compared%s"
                .formatted(
                    columns.concept(),
                    columns.documents(),
                    switch (concepts.size()) {
                      case 0 -> "no value";
                      case 1 ->
                          "one value only, '%s'".formatted(concepts.keySet().iterator().next());
                      default -> "%d values, %s".formatted(concepts.size(), some(concepts));
                    },
                    concepts.size() > 2 ? ": name them in groups" : ""));
      }
      return List.copyOf(concepts.keySet());
    }
    for (String group : columns.groups()) {
      if (!concepts.containsKey(group)) {
        throw new RejectedContentException(
            "groups: invalid value %s: column %s of %s has the values %s"
                .formatted(group, columns.concept(), columns.documents(), some(concepts)));
      }
    }
    return columns.groups();
  }

  private static String some(Map<String, Long> values) {
    return values.keySet().stream().limit(8).collect(Collectors.joining(", "))
        + (values.size() > 8 ? " …" : "");
  }

  /** Documents without a label or one of the groups. */
  long leftOut() {
    return leftOut;
  }

  /** The others. */
  long compared() {
    return documents - leftOut;
  }

  /** The parts with the numbers of their documents. */
  List<DrawTask.Part> numbered(List<DocumentRange.Part> parts) {
    List<DrawTask.Part> numbered = new ArrayList<>();
    long first = 0;
    for (int part = 0; part < parts.size(); part++) {
      numbered.add(new DrawTask.Part(parts.get(part), first));
      first += byPart.getOrDefault(part, 0L);
    }
    return numbered;
  }
}
