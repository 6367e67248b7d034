package dev.microtome.jobs.gaps;

import dev.microtome.config.ConfigException;
import dev.microtome.jobs.Inputs;
import dev.microtome.probing.RowSample;
import dev.microtome.probing.SequenceSplit;
import dev.microtome.run.InputException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Which documents are fitted to and which are scored on. Labels and concepts of all documents are
 * read while the run is planned, so that what cannot be compared is refused at once, and the model
 * runs over no document that nobody needs.
 */
final class DocumentChoice {
  private final TprGapConfig config;
  private final SequenceSplit split;
  private final RowSample<Found> train;
  private final RowSample<Found> test;
  private final Map<String, Long> labels = new TreeMap<>();
  private final Map<String, Long> concepts = new TreeMap<>();
  private long documents;
  private long leftOut;

  private record Found(long id, int file, long place, String label, String concept) {}

  /**
   * What was chosen.
   *
   * @param slices in the order of the documents, each of one part alone
   * @param trainDocuments documents to fit to
   * @param leftOut documents without a label or one of the two groups
   */
  record Choice(
      List<List<DocumentSlice>> slices,
      List<String> labels,
      List<String> groups,
      long trainDocuments,
      long testDocuments,
      long leftOut) {}

  private DocumentChoice(TprGapConfig config) {
    this.config = config;
    split = config.split();
    train = new RowSample<>(config.seed(), config.trainDocuments());
    test = new RowSample<>(config.seed(), config.testDocuments());
  }

  /**
   * Reads the table and draws.
   *
   * @throws InputException if there is nothing to compare
   */
  static Choice of(TprGapConfig config, DocumentSource source, Inputs inputs) throws IOException {
    DocumentChoice choice = new DocumentChoice(config);
    for (int i = 0; i < source.paths().size(); i++) {
      int file = i;
      source.labels(
          i,
          inputs.files(),
          inputs.tables(),
          (place, label, concept) -> choice.add(file, place, label, concept));
    }
    return choice.choice(source.paths());
  }

  private void add(int file, long place, String label, String concept) {
    long id = documents++;
    boolean compared = config.groups().isEmpty() || config.groups().contains(concept);
    if (!concept.isEmpty()) {
      concepts.merge(concept, 1L, Long::sum);
    }
    if (label.isEmpty() || concept.isEmpty() || !compared) {
      leftOut++;
      return;
    }
    labels.merge(label, 1L, Long::sum);
    (split.isTest(id) ? test : train).add(id, 0, new Found(id, file, place, label, concept));
  }

  private Choice choice(List<String> paths) {
    List<String> groups = groups();
    if (labels.size() < 2) {
      throw new InputException(
          "label-column: %s of the %,d documents of %s; two are needed"
              .formatted(
                  labels.isEmpty()
                      ? "column %s is empty in all".formatted(config.labelColumn())
                      : "column %s has one value only, '%s', in all"
                          .formatted(config.labelColumn(), labels.keySet().iterator().next()),
                  documents,
                  config.documents()));
    }
    requireEnough(train.rows(), test.rows(), groups);
    List<String> names = List.copyOf(labels.keySet());
    List<Found> all = new ArrayList<>(train.rows());
    all.addAll(test.rows());
    all.sort(Comparator.comparingLong(Found::id));
    List<List<DocumentSlice>> parts = new ArrayList<>();
    for (int from = 0; from < all.size(); from += config.documentsPerPart()) {
      int to = Math.min(all.size(), from + config.documentsPerPart());
      Map<Integer, List<DocumentSlice.Chosen>> byFile = new TreeMap<>();
      for (Found each : all.subList(from, to)) {
        byFile
            .computeIfAbsent(each.file(), unused -> new ArrayList<>())
            .add(
                new DocumentSlice.Chosen(
                    each.id(),
                    each.place(),
                    names.indexOf(each.label()),
                    groups.indexOf(each.concept())));
      }
      List<DocumentSlice> slices = new ArrayList<>();
      byFile.forEach((file, chosen) -> slices.add(new DocumentSlice(paths.get(file), chosen)));
      parts.add(List.copyOf(slices));
    }
    return new Choice(parts, names, groups, train.rows().size(), test.rows().size(), leftOut);
  }

  private List<String> groups() {
    if (config.groups().isEmpty()) {
      if (concepts.size() != 2) {
        throw new InputException(
            "concept-column: column %s of %s has %s; two are compared%s"
                .formatted(
                    config.conceptColumn(),
                    config.documents(),
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
    for (String group : config.groups()) {
      if (!concepts.containsKey(group)) {
        throw new ConfigException(
            "groups",
            group,
            "column %s of %s has the values %s"
                .formatted(config.conceptColumn(), config.documents(), some(concepts)));
      }
    }
    return config.groups();
  }

  private static String some(Map<String, Long> values) {
    return values.keySet().stream().limit(8).collect(Collectors.joining(", "))
        + (values.size() > 8 ? " …" : "");
  }

  private void requireEnough(List<Found> fitted, List<Found> held, List<String> groups) {
    Map<String, Long> byLabel =
        fitted.stream().collect(Collectors.groupingBy(Found::label, Collectors.counting()));
    labels.forEach(
        (label, count) -> {
          if (!byLabel.containsKey(label)) {
            throw new InputException(
                "label-column: none of the %,d documents with '%s' is among the %,d to fit to; leave it out or join it with another, raise train-documents, or take another seed"
                    .formatted(count, label, fitted.size()));
          }
        });
    for (String group : groups) {
      long count = fitted.stream().filter(each -> each.concept().equals(group)).count();
      if (count < 2) {
        throw new InputException(
            "concept-column: %d of the %,d documents to fit to has '%s', at least 2 are needed to erase it"
                .formatted(count, fitted.size(), group));
      }
    }
    Map<String, Long> groupsByLabel =
        held.stream()
            .collect(
                Collectors.groupingBy(
                    Found::label,
                    Collectors.mapping(
                        Found::concept,
                        Collectors.collectingAndThen(
                            Collectors.toSet(), set -> (long) set.size()))));
    if (groupsByLabel.values().stream().noneMatch(count -> count == 2)) {
      throw new InputException(
          "documents: no label has documents of both groups, %s, among the %,d held out: there is no gap to measure; more documents, or a larger test-share, are needed"
              .formatted(String.join(" and ", groups), held.size()));
    }
  }
}
