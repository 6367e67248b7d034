package dev.microtome.jobs.evaluations;

import dev.microtome.sae.evaluation.DensityHistogramRow;
import dev.microtome.sae.evaluation.EvaluationSumsRow;
import dev.microtome.sae.evaluation.SaeEvaluationRow;
import dev.microtome.table.TableSpec;

/** What the job writes, and what passes between its stages. */
final class EvaluationTables {
  static final TableSpec<SaeEvaluationRow> METRICS =
      TableSpec.of("sae_evaluation", SaeEvaluationRow.class, "One metric of one SAE in the model");

  static final TableSpec<DensityHistogramRow> DENSITIES =
      TableSpec.of(
          "density_histogram",
          DensityHistogramRow.class,
          "How many features of an SAE fire on which share of the tokens");

  static final TableSpec<EvaluationSumsRow> SUMS =
      TableSpec.of("_sums", EvaluationSumsRow.class, "What a part adds to the sums of an SAE");

  private EvaluationTables() {}
}
