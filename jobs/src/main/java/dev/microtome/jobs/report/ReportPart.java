package dev.microtome.jobs.report;

import java.io.Serializable;
import java.util.List;

/**
 * All that the page is made of.
 *
 * @param erased what was erased where losses are compared, such as {@code gender at hook_embed};
 *     empty: nothing
 * @param browser where the pages of features are, as a link from the page; empty: nowhere
 */
record ReportPart(
    String title, List<GivenTable> tables, List<StepFacts> steps, String erased, String browser)
    implements Serializable {
  ReportPart {
    tables = List.copyOf(tables);
    steps = List.copyOf(steps);
  }
}
