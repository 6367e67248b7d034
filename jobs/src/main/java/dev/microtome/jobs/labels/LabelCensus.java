package dev.microtome.jobs.labels;

import dev.microtome.config.Names;
import dev.microtome.erasure.ConceptTargets;
import dev.microtome.erasure.LabelCountRow;
import dev.microtome.jobs.JobContext;
import dev.microtome.jobs.Plan;
import dev.microtome.jobs.TableInput;
import dev.microtome.jobs.inputs.TokenSlices;
import dev.microtome.run.RejectedContentException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The classes of each concept, and how many labels there are, over all parts of the labels. */
public final class LabelCensus {
  /** A scatter of more columns would be mostly of classes. */
  private static final int MAX_CLASSES = 4096;

  private static final int LABELS_PER_PART = 1 << 18;

  private final LabelTable labels;
  private final Unlabelled unlabelled;
  private final Map<String, Map<Integer, Map<String, Long>>> counts = new TreeMap<>();
  private final Set<String> others = new TreeSet<>();

  private LabelCensus(LabelTable labels, Unlabelled unlabelled) {
    this.labels = labels;
    this.unlabelled = unlabelled;
  }

  /** The stage that counts the labels of each class. */
  static LabelCensus take(
      LabelTable labels,
      List<TableInput.TableFile> files,
      Unlabelled unlabelled,
      JobContext context)
      throws IOException {
    long rows = files.stream().mapToLong(TableInput.TableFile::rows).sum();
    context.runStage(
        "labels",
        new Plan<>(TokenSlices.cut(files, LABELS_PER_PART), "labels", rows, -1, -1),
        new CountsTask(labels));
    LabelCensus census = new LabelCensus(labels, unlabelled);
    context.forEachRow(LabelTables.COUNTS, census::add);
    return census;
  }

  /** The same stage where values do not count: labels of each concept that has any. */
  static Map<String, Long> count(
      LabelTable labels, List<TableInput.TableFile> files, JobContext context) throws IOException {
    LabelCensus census = take(labels.withoutClasses(), files, Unlabelled.SKIP, context);
    Map<String, Long> counts = new TreeMap<>();
    for (String concept : census.counts.keySet()) {
      counts.put(concept, census.labels(concept));
    }
    return counts;
  }

  private void add(LabelCountRow row) {
    if (row.column() == CountsTask.OTHER) {
      others.add(row.concept());
      return;
    }
    counts
        .computeIfAbsent(row.concept(), unused -> new TreeMap<>())
        .computeIfAbsent(row.column(), unused -> new TreeMap<>())
        .merge(row.value(), row.labels(), Long::sum);
  }

  /** Labels of a concept. */
  public long labels(String concept) {
    return counts.get(concept).get(0).values().stream().mapToLong(Long::longValue).sum();
  }

  /**
   * How each concept's labels become numbers.
   *
   * @throws RejectedContentException if a concept has no label, one class, or a class of one label
   */
  public List<ConceptTargets> targets() {
    List<ConceptTargets> targets = new ArrayList<>();
    for (LabelTable.ConceptSource concept : labels.concepts()) {
      if (!counts.containsKey(concept.name())) {
        throw new RejectedContentException(
            "concepts: no label has the concept '%s'%s"
                .formatted(concept.name(), Names.hint(concept.name(), others)));
      }
      List<ConceptTargets.LabelColumn> columns = new ArrayList<>();
      for (int i = 0; i < concept.columns().size(); i++) {
        LabelTable.ColumnSource column = concept.columns().get(i);
        columns.add(
            new ConceptTargets.LabelColumn(
                column.name(), column.real() ? List.of() : classes(concept, i)));
      }
      targets.add(new ConceptTargets(concept.name(), columns));
    }
    return targets;
  }

  private List<String> classes(LabelTable.ConceptSource concept, int column) {
    Map<String, Long> classes = counts.get(concept.name()).get(column);
    String name = concept.columns().get(column).name();
    List<String> names = new ArrayList<>(classes.keySet());
    if (names.size() > MAX_CLASSES) {
      throw new RejectedContentException(
          "concept '%s': %s has %,d values, at most %,d are classes; real-valued names concepts whose values are numbers"
              .formatted(concept.name(), name, names.size(), MAX_CLASSES));
    }
    if (unlabelled == Unlabelled.CLASS) {
      names.add(Unlabelled.NAME);
    } else if (names.size() == 1) {
      throw new RejectedContentException(
          "concept '%s': all %,d labels are '%s'; two classes are needed (unlabelled = class makes one of what has no label)"
              .formatted(concept.name(), classes.get(names.get(0)), names.get(0)));
    }
    classes.forEach(
        (value, count) -> {
          if (count == 1) {
            throw new RejectedContentException(
                "concept '%s': class '%s' has one label only, which an eraser would single out; leave it out or join it with another"
                    .formatted(concept.name(), value));
          }
        });
    return names;
  }
}
