package dev.microtome.jobs.saes;

import com.google.auto.service.AutoService;
import dev.microtome.jobs.ArtifactSpec;
import dev.microtome.jobs.Inputs;
import dev.microtome.jobs.Job;
import dev.microtome.jobs.JobContext;
import dev.microtome.jobs.Plan;
import dev.microtome.jobs.TaskMemory;
import dev.microtome.sae.training.SaeScoreRow;
import dev.microtome.sae.training.SaeTrainingRow;
import dev.microtome.table.TableSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Trains sparse autoencoders, one or a sweep of them.
 *
 * <p>Reads a table {@code activations}, or a model and a table {@code tokens}. Writes a folder
 * {@code saes/NAME} in SAELens's format for each, and the tables {@code training} and {@code
 * evaluation}. SAEs of one hook and batch size see the same batches: they are a part, trained from
 * one read, and parts spread over executors. Of a model all hooks are computed in one pass and are
 * one part. Killed, a part goes on from where it last saved and ends with the same weights. With
 * several {@code workers} each part is trained by as many tasks at once ({@link Rounds}).
 *
 * <pre>{@code
 * spark-submit microtome.jar train-sae --config conf/jobs/train-sae.conf \
 *   --set activations=runs/activations --set grid.k=[16,32,64] --output runs/saes
 * }</pre>
 */
@SuppressWarnings("rawtypes") // AutoService names the interface by its class
@AutoService(Job.class)
public final class TrainSae implements Job<TrainSaeConfig, SaePart> {

  static final String SAES = "saes";

  @Override
  public String name() {
    return "train-sae";
  }

  @Override
  public String summary() {
    return "Train sparse autoencoders, one or a sweep of them, on activations";
  }

  @Override
  public Class<TrainSaeConfig> configType() {
    return TrainSaeConfig.class;
  }

  @Override
  public List<TableSpec<?>> tables() {
    return List.of(SaeTrainingRow.TABLE, SaeScoreRow.TABLE);
  }

  @Override
  public List<ArtifactSpec> artifacts() {
    return List.of(
        new ArtifactSpec(
            SAES,
            "NAME/{cfg.json, sae_weights.safetensors, sparsity.safetensors}",
            "An SAE in SAELens's format (sae.safetensors in place of sae_weights: a transcoder by topk, in sparsify's), for activations as they are; without evaluation tokens there is no sparsity"));
  }

  @Override
  public Plan<SaePart> plan(TrainSaeConfig config, Inputs inputs) {
    try {
      return new SaePlan(config, Sources.of(config, inputs)).plan();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The SAEs of each part, and what there is to warn of. */
  @Override
  public List<String> outline(TrainSaeConfig config, Plan<SaePart> plan, Inputs inputs) {
    return Stream.concat(
            plan.parts().stream()
                .map(part -> "  Trains together: " + String.join(", ", part.names())),
            warnings(config, plan).map(line -> "  Warning: " + line))
        .toList();
  }

  private static Stream<String> warnings(TrainSaeConfig config, Plan<SaePart> plan) {
    return Stream.of(
            SparsityKey.warnings(config).stream(),
            plan.parts().stream().flatMap(part -> part.warning().stream()),
            ShortTrainings.warnings(plan.parts()).stream())
        .flatMap(lines -> lines)
        .distinct();
  }

  @Override
  public TaskMemory memory(TrainSaeConfig config, Plan<SaePart> plan, Inputs inputs) {
    SaePart largest =
        plan.parts().stream().max(Comparator.comparingLong(SaePart::bytesOnOneCore)).orElseThrow();
    return new TaskMemory(
        largest.bytesOnOneCore(),
        String.format(
            Locale.ROOT,
            "on one core: %.1f MB for the SAEs that it trains together and %.1f MB for each of its cores, heap and native, and %.1f MB for the buffer and batches%s",
            largest.memory().bytes() / 1e6,
            largest.memory().bytesPerThread() / 1e6,
            largest.bufferBytes() / 1e6,
            largest.source().blockBytes() == 0 ? "" : " and what is computed at once"));
  }

  @Override
  public void run(TrainSaeConfig config, Plan<SaePart> plan, JobContext context) {
    warnings(config, plan).forEach(context::warn);
    if (config.workers() == 1) {
      context.runParts(plan, new SaeTask());
      return;
    }
    try {
      new Rounds(plan.parts(), context).run();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
