package dev.microtome.jobs.dynamics;

import com.google.auto.service.AutoService;
import dev.microtome.dynamics.LossPcaComponentRow;
import dev.microtome.dynamics.LossPcaRow;
import dev.microtome.dynamics.ModelStep;
import dev.microtome.dynamics.TokenLossRow;
import dev.microtome.jobs.Inputs;
import dev.microtome.jobs.Job;
import dev.microtome.jobs.JobContext;
import dev.microtome.jobs.PartOutput;
import dev.microtome.jobs.Plan;
import dev.microtome.jobs.TableInput;
import dev.microtome.jobs.TaskMemory;
import dev.microtome.run.InputException;
import dev.microtome.stats.LargestLoadings;
import dev.microtome.stats.Pca;
import dev.microtome.stats.PcaFitter;
import dev.microtome.table.RowWriter;
import dev.microtome.table.TableSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * Principal components of checkpoints, each a vector of its losses on the same tokens (Olsson et
 * al. 2022, "Per-token loss analysis"). Checkpoints of several models lie in one plane.
 *
 * <p>Reads {@code token_losses} of one or several runs. Writes {@code loss_pca}, {@code
 * loss_pca_components} and {@code loss_pca_loadings}. Tokens are centred, nothing is scaled; of
 * each component the loading of largest modulus is positive. Components in which the checkpoints
 * differ by rounding alone are not written.
 *
 * <p>A part is a block of sequences under all checkpoints. It adds to the Gram matrix of the
 * checkpoints, which the driver decomposes, so that time is linear in the tokens and the driver's
 * memory independent of them. Two further passes over the tokens fix signs and write loadings.
 *
 * <pre>{@code
 * spark-submit microtome.jar loss-pca --config conf/jobs/loss-pca.conf \
 *   --set token-losses=[runs/losses] --output runs/loss-pca
 * }</pre>
 */
@SuppressWarnings("rawtypes") // AutoService names the interface by its class
@AutoService(Job.class)
public final class LossPca implements Job<LossPcaConfig, LossPcaPart> {
  /** Of a token besides its losses while a part's are gathered: objects and their places. */
  private static final long GATHERED_BYTES = 60;

  /** The same of a column that is chosen. */
  private static final long COLUMN_BYTES = 56;

  @Override
  public String name() {
    return "loss-pca";
  }

  @Override
  public String summary() {
    return "Principal components of checkpoints in the space of their per-token losses";
  }

  @Override
  public Class<LossPcaConfig> configType() {
    return LossPcaConfig.class;
  }

  @Override
  public List<TableSpec<?>> tables() {
    return List.of(LossPcaTables.SCORES, LossPcaTables.COMPONENTS, LossPcaTables.LOADINGS);
  }

  @Override
  public Plan<LossPcaPart> plan(LossPcaConfig config, Inputs inputs) {
    List<TableInput> tables =
        config.tokenLosses().stream()
            .map(path -> inputs.table(path, "token_losses", TokenLossRow.class))
            .toList();
    try {
      LossBlocks blocks = LossBlocks.of(config.tokenLosses(), tables, inputs.tables());
      List<ModelStep> checkpoints = blocks.checkpoints(inputs.tables());
      if (config.components() >= checkpoints.size()) {
        throw new InputException(
            "components = %d: %d checkpoints have at most %d"
                .formatted(config.components(), checkpoints.size(), checkpoints.size() - 1));
      }
      long losses = tables.stream().mapToLong(TableInput::rows).sum();
      long summaries = (long) config.components() * (checkpoints.size() + 1);
      return new Plan<>(
          blocks.parts(new ColumnsTask(checkpoints, config.selection()), config.lossesPerPart()),
          "losses",
          losses,
          config.oneTokenPerSequence()
              ? -1
              : losses / checkpoints.size() * config.components() + summaries,
          -1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public TaskMemory memory(LossPcaConfig config, Plan<LossPcaPart> plan, Inputs inputs) {
    long most = plan.parts().stream().mapToLong(LossPcaPart::losses).max().orElse(0);
    long losses = Math.min(most, config.lossesPerPart());
    long tokens = losses / plan.parts().get(0).task().checkpoints().size();
    long chosen = config.oneTokenPerSequence() ? 0 : losses * Float.BYTES + tokens * COLUMN_BYTES;
    return new TaskMemory(
        losses * Float.BYTES + tokens * GATHERED_BYTES + chosen,
        "the losses of %,d tokens, a part%s"
            .formatted(tokens, config.oneTokenPerSequence() ? "" : ", and as columns"));
  }

  @Override
  public void run(LossPcaConfig config, Plan<LossPcaPart> plan, JobContext context) {
    context.runParts(plan, (part, executor) -> part.task().run(part, executor));
    List<ModelStep> checkpoints = plan.parts().get(0).task().checkpoints();
    TableInput columns = context.written(LossPcaTables.COLUMNS);
    Plan<String> files =
        new Plan<>(
            columns.files().stream().map(TableInput.TableFile::path).toList(),
            "tokens",
            columns.rows(),
            -1,
            -1);
    try {
      Pca unsigned = decompose(checkpoints.size(), config.components(), context);
      context.runStage("largest", files, new LoadingsTask.Largest(unsigned));
      LargestLoadings largest = LargestLoadings.ofComponents(unsigned.components());
      context.forEachRow(
          LossPcaTables.LARGEST, row -> largest.take(row.component(), row.loading()));
      Pca pca = unsigned.signedBy(largest);
      context.runStage("loadings", files, new LoadingsTask.Write(pca));
      context.runOnDriver("scores", output -> write(pca, checkpoints, output));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Pca decompose(int checkpoints, int components, JobContext context)
      throws IOException {
    PcaFitter fitter = PcaFitter.ofRows(checkpoints);
    context.forEachRow(LossPcaTables.GRAMS, row -> fitter.merge(row.fitter()));
    if (fitter.gram().trace() == 0) {
      throw new InputException(
          "token-losses: all %d checkpoints have the same losses".formatted(checkpoints));
    }
    return fitter.fit(components);
  }

  private static void write(Pca pca, List<ModelStep> checkpoints, PartOutput output)
      throws IOException {
    try (RowWriter<LossPcaRow> rows = output.writer(LossPcaTables.SCORES, "")) {
      for (int row = 0; row < checkpoints.size(); row++) {
        ModelStep checkpoint = checkpoints.get(row);
        for (int component = 0; component < pca.components(); component++) {
          rows.write(
              new LossPcaRow(
                  checkpoint.model(), checkpoint.step(), component, pca.score(row, component)));
        }
      }
    }
    try (RowWriter<LossPcaComponentRow> rows = output.writer(LossPcaTables.COMPONENTS, "")) {
      for (int component = 0; component < pca.components(); component++) {
        rows.write(
            new LossPcaComponentRow(
                component,
                pca.explainedVariance(component),
                pca.explainedVarianceRatio(component)));
      }
    }
  }
}
