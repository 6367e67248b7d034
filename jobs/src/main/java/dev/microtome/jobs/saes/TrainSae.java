package dev.microtome.jobs.saes;

import com.google.auto.service.AutoService;
import dev.microtome.config.ConfigException;
import dev.microtome.jobs.ArtifactSpec;
import dev.microtome.jobs.Inputs;
import dev.microtome.jobs.Job;
import dev.microtome.jobs.JobContext;
import dev.microtome.jobs.Plan;
import dev.microtome.sae.stream.HeldOut;
import dev.microtome.sae.stream.StreamSettings;
import dev.microtome.sae.training.SaeRecipe;
import dev.microtome.sae.training.SaeScoreRow;
import dev.microtome.sae.training.SaeTrainingRow;
import dev.microtome.table.TableSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;

/**
 * Trains sparse autoencoders, one or a sweep of them.
 *
 * <p>Reads a table {@code activations}, or a model and a table {@code tokens}. Writes a folder
 * {@code saes/NAME} in SAELens's format for each, and the tables {@code training} and {@code
 * evaluation}. SAEs of one hook and batch size see the same batches: they are a part, trained from
 * one read, and parts spread over executors. Killed, a part goes on from where it last saved and
 * ends with the same weights. With several {@code workers} each part is trained by as many tasks at
 * once ({@link Rounds}).
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
            "An SAE in SAELens's format, for activations as they are; without evaluation tokens there is no sparsity"));
  }

  @Override
  public Plan<SaePart> plan(TrainSaeConfig config, Inputs inputs) {
    List<StreamSource> sources;
    try {
      sources = Sources.of(config, inputs);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Map<Stream, List<Named>> streams = new LinkedHashMap<>();
    for (SaeVariant variant : config.variants()) {
      SaeSettings settings = variant.settings(config.sae());
      for (StreamSource source : chosen(variant, sources)) {
        boolean one = variant.hook().isPresent() || sources.size() == 1;
        String name = one ? variant.name() : variant.name() + "-" + source.hook();
        streams
            .computeIfAbsent(new Stream(source, settings.batchSize()), unused -> new ArrayList<>())
            .add(new Named(name, settings));
      }
    }
    List<SaePart> parts = new ArrayList<>();
    long tokens = 0;
    for (Map.Entry<Stream, List<Named>> entry : streams.entrySet()) {
      StreamSettings stream = stream(config, entry.getKey());
      List<SaeRecipe> recipes =
          entry.getValue().stream()
              .map(
                  sae ->
                      SaeRecipes.of(
                          sae.name(),
                          sae.settings(),
                          entry.getKey().source(),
                          stream.batches() / config.workers(),
                          config.workers()))
              .toList();
      int together = config.saesPerPart() == 0 ? recipes.size() : config.saesPerPart();
      for (int from = 0; from < recipes.size(); from += together) {
        parts.add(
            new SaePart(
                entry.getKey().source(),
                recipes.subList(from, Math.min(recipes.size(), from + together)),
                stream,
                config.workers(),
                config.rounds(),
                config.evaluationTokens(),
                config.checkpointEvery(),
                config.logEvery(),
                config.modelName().orElseGet(entry.getKey().source()::modelName)));
        tokens += stream.batches() * stream.batchRows();
      }
    }
    long rows =
        parts.stream()
            .mapToLong(part -> part.recipes().size() * (part.steps() / part.logEvery() + 1))
            .sum();
    return new Plan<>(parts, "tokens", tokens, rows, -1);
  }

  /** What SAEs share that see the same batches. */
  private record Stream(StreamSource source, int batchSize) {}

  private record Named(String name, SaeSettings settings) {}

  private static List<StreamSource> chosen(SaeVariant variant, List<StreamSource> sources) {
    if (variant.hook().isEmpty()) {
      return sources;
    }
    String hook = variant.hook().get();
    Optional<StreamSource> found =
        sources.stream().filter(source -> source.hook().equals(hook)).findFirst();
    return List.of(
        found.orElseThrow(
            () ->
                new ConfigException(
                    "saes",
                    variant.name(),
                    "its hook '%s' is not among hooks, %s"
                        .formatted(hook, sources.stream().map(StreamSource::hook).toList()))));
  }

  private static StreamSettings stream(TrainSaeConfig config, Stream stream) {
    long[] rows = stream.source().blockRows();
    long held = LongStream.of(HeldOut.ends(rows, config.evaluationTokens())).sum();
    long once = LongStream.of(rows).sum() - held;
    int batch = stream.batchSize();
    if (once < 2L * batch) {
      throw new ConfigException(
          "batch-size",
          batch,
          "hook '%s' has %,d tokens to train on (%,d are held out), at least two batches are needed"
              .formatted(stream.source().hook(), once, held));
    }
    long most = Math.multiplyExact(once, config.epochs());
    long budget = config.tokensBudget().orElse(most);
    if (budget > most) {
      throw new ConfigException(
          "tokens-budget",
          budget,
          "hook '%s' has %,d tokens to train on (%,d are held out) and epochs = %d; at most %,d, or epochs = %d"
              .formatted(
                  stream.source().hook(),
                  once,
                  held,
                  config.epochs(),
                  most,
                  (budget + once - 1) / once));
    }
    long steps = StreamSettings.wholeBatches(budget, batch) / config.workers();
    if (steps == 0) {
      throw new ConfigException(
          "workers",
          config.workers(),
          "hook '%s' has %,d tokens to train on, not a batch of %,d for each"
              .formatted(stream.source().hook(), budget, batch));
    }
    return new StreamSettings(
        batch, config.buffer(), config.epochs(), steps * config.workers(), config.seed());
  }

  @Override
  public void run(TrainSaeConfig config, Plan<SaePart> plan, JobContext context) {
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
