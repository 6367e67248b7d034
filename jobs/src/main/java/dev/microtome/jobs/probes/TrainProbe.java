package dev.microtome.jobs.probes;

import com.google.auto.service.AutoService;
import dev.microtome.jobs.ArtifactSpec;
import dev.microtome.jobs.Inputs;
import dev.microtome.jobs.Job;
import dev.microtome.jobs.JobContext;
import dev.microtome.jobs.Plan;
import dev.microtome.jobs.TaskMemory;
import dev.microtome.jobs.labels.LabelledActivations;
import dev.microtome.jobs.labels.LabelledPart;
import dev.microtome.probing.ProbeScoreRow;
import dev.microtome.probing.RegressionScoreRow;
import dev.microtome.probing.RidgePathRow;
import dev.microtome.table.TableSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.LongSummaryStatistics;

/**
 * Fits probes of concepts to activations with labels and scores them on sequences held out: what
 * each hook point says of each concept.
 *
 * <p>Reads a table {@code activations} and labels, as {@code fit-leace} does. Writes {@code
 * probe_scores} for concepts of classes, {@code regression_scores} for those of numbers, {@code
 * ridge_path} for both, and {@code probes/HOOK.safetensors}.
 *
 * <p>One pass over the labels finds the classes; one over the activations draws, of each hook point
 * and concept, the rows with the smallest hash of their place, the same ones however the table is
 * cut. A task then fits all probes of a hook point to that sample, in memory. Tables of any size
 * are read once; more than {@code train-rows} rows do not make a probe better known than its
 * interval says.
 *
 * <p>With {@code rows = all} the pass over the activations leaves the labelled rows as raw numbers
 * in the run's folder (it is deleted at the end, and needs as much room as the activations), and
 * the probes are fitted to every row that is not held out and scored on every one that is: each
 * evaluation of L-BFGS, of all ridges and folds at once, is a pass of the cluster over them. Of the
 * same rows the probes are those of the sample but for rounding.
 *
 * <pre>{@code
 * spark-submit microtome.jar train-probe --config conf/jobs/train-probe.conf \
 *   --set activations=runs/activations --set labels=runs/corpus --set concepts=[gender] --output runs/probes
 * }</pre>
 */
@SuppressWarnings("rawtypes") // AutoService names the interface by its class
@AutoService(Job.class)
public final class TrainProbe implements Job<TrainProbeConfig, LabelledPart> {
  /** The rows outside of the heap, and those of them that a fold is fitted to. */
  private static final int COPIES = 2 * Float.BYTES;

  @Override
  public String name() {
    return "train-probe";
  }

  @Override
  public String summary() {
    return "Fit probes of concepts to activations with labels, and score them on other sequences";
  }

  @Override
  public Class<TrainProbeConfig> configType() {
    return TrainProbeConfig.class;
  }

  @Override
  public List<TableSpec<?>> tables() {
    return List.of(ProbeScoreRow.TABLE, RidgePathRow.TABLE, RegressionScoreRow.TABLE);
  }

  @Override
  public List<ArtifactSpec> artifacts() {
    return List.of(SampleTables.PROBES);
  }

  @Override
  public Plan<LabelledPart> plan(TrainProbeConfig config, Inputs inputs) {
    return LabelledActivations.plan(config.source(), config.rowsPerPart(), inputs);
  }

  @Override
  public TaskMemory memory(TrainProbeConfig config, Plan<LabelledPart> plan, Inputs inputs) {
    long width = LabelledActivations.width(config.source(), config.hooks(), plan, inputs);
    if (config.rows() == FitRows.ALL) {
      LongSummaryStatistics moments =
          plan.parts().get(0).labels().concepts().stream()
              .mapToLong(concept -> concept.isReal() ? config.folds() + 1 : 1)
              .summaryStatistics();
      // Of a further part one concept at a time is read and merged.
      return new TaskMemory(
          (moments.getSum() + moments.getMax()) * width * width * Double.BYTES,
          "moments of a hook point, %,d numbers wide, for each concept, of numbers for each fold; the driver has them too"
              .formatted(width));
    }
    return config
        .sample()
        .memory(config.concepts().size(), width, plan.totalUnits(), COPIES, /* matrices= */ 0);
  }

  @Override
  public void run(TrainProbeConfig config, Plan<LabelledPart> plan, JobContext context) {
    try {
      if (config.rows() == FitRows.ALL) {
        AllRows.run(config, plan, context);
        return;
      }
      SampleStages.Sampled sampled =
          SampleStages.run(
              plan,
              config.unlabelled(),
              config.hooks(),
              config.activations(),
              config.sample(),
              config.maxUnlabelled(),
              config.maxUnmatchedLabels(),
              context);
      long probes = (long) sampled.hooks().size() * config.concepts().size();
      context.runStage(
          "probes",
          new Plan<>(sampled.hooks(), "concepts", probes, -1, -1),
          new ProbesTask(sampled.examples(), config.probeSettings(), config.control()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
