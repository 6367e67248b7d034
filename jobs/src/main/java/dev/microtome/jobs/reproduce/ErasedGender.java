package dev.microtome.jobs.reproduce;

import dev.microtome.probing.ErasureProbeRow;
import dev.microtome.probing.TprGapRow;
import dev.microtome.probing.TprGapSummaryRow;
import java.nio.file.Path;
import java.util.List;
import java.util.function.DoublePredicate;

/**
 * What erasing gender does to the model of {@code conf/monosemanticity.conf}, read from its tables.
 *
 * @param probes of tokens that tell a gender, by hook point and eraser
 * @param gaps of professions in the profiles of people
 * @param summaries the same of all professions
 */
record ErasedGender(
    List<ErasureProbeRow> probes, List<TprGapRow> gaps, List<TprGapSummaryRow> summaries) {
  static final List<String> HOOKS =
      List.of("hook_embed", "blocks.0.hook_resid_mid", "blocks.0.hook_resid_post");

  /** Reads the tables below a pipeline's output folder. */
  static ErasedGender of(Path output) {
    RunTables tables = new RunTables(output);
    return new ErasedGender(
        tables.rows("erasure", ErasureProbeRow.TABLE.name(), ErasureProbeRow.class),
        tables.rows("tpr-gap", TprGapRow.TABLE.name(), TprGapRow.class),
        tables.rows("tpr-gap", TprGapSummaryRow.TABLE.name(), TprGapSummaryRow.class));
  }

  ErasureProbeRow probe(String hook, String eraser, String probe) {
    return probes.stream()
        .filter(row -> row.hook().equals(hook) && row.eraser().equals(eraser))
        .filter(row -> row.probe().equals(probe))
        .findFirst()
        .orElseThrow();
  }

  TprGapSummaryRow summary(String hook, String eraser) {
    return summaries.stream()
        .filter(row -> row.hook().equals(hook) && row.eraser().equals(eraser))
        .findFirst()
        .orElseThrow();
  }

  /** Mean gap of the professions whose share of women is so. */
  double meanGap(String hook, String eraser, DoublePredicate share) {
    return gaps.stream()
        .filter(row -> row.hook().equals(hook) && row.eraser().equals(eraser))
        .filter(row -> share.test(row.groupShare()))
        .mapToDouble(TprGapRow::gap)
        .average()
        .orElseThrow();
  }
}
