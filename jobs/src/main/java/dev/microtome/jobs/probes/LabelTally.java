package dev.microtome.jobs.probes;

import dev.microtome.jobs.PartContext;
import dev.microtome.probing.ProbeCountRow;
import dev.microtome.table.RowWriter;
import java.io.IOException;
import java.util.List;

/**
 * How many activations of a hook point in a part have a label of each concept. A class of what has
 * none is no label: were it counted, labels of other sequences would go unnoticed.
 */
final class LabelTally {
  private final List<ConceptColumns> concepts;
  private final long[] labelled;
  private long rows;

  LabelTally(List<ConceptColumns> concepts) {
    this.concepts = concepts;
    labelled = new long[concepts.size()];
  }

  /**
   * Counts an activation.
   *
   * @param values of each concept, null where there is no label
   */
  void add(List<List<String>> values) {
    rows++;
    for (int i = 0; i < labelled.length; i++) {
      if (values.get(i) != null) {
        labelled[i]++;
      }
    }
  }

  /** Activations that were counted. */
  long rows() {
    return rows;
  }

  void write(String hook, PartContext context) throws IOException {
    try (RowWriter<ProbeCountRow> writer = context.writer(SampleTables.COUNTS, hook)) {
      for (int i = 0; i < labelled.length; i++) {
        writer.write(
            new ProbeCountRow(hook, concepts.get(i).name(), labelled[i], rows - labelled[i]));
      }
    }
  }
}
