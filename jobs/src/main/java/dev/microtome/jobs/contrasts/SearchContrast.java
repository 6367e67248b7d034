package dev.microtome.jobs.contrasts;

import com.google.auto.service.AutoService;
import dev.microtome.jobs.ArtifactSpec;
import dev.microtome.jobs.Inputs;
import dev.microtome.jobs.Job;
import dev.microtome.jobs.JobContext;
import dev.microtome.jobs.Plan;
import dev.microtome.jobs.TaskMemory;
import dev.microtome.jobs.labels.LabelledActivations;
import dev.microtome.jobs.labels.LabelledPart;
import dev.microtome.probing.ContrastScoreRow;
import dev.microtome.probing.ContrastTryRow;
import dev.microtome.table.TableSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Looks for a direction that pairs of opposites have in common, without labels: contrast-consistent
 * search (Burns et al. 2022), beside the first principal component of the pairs' differences.
 *
 * <p>Reads a table {@code activations}, and labels that say of an activation which pair it belongs
 * to, which side of it it is, and, of the side that comes first, the label that directions are
 * scored by. Writes {@code contrast_scores}, {@code contrast_tries} and {@code
 * probes/HOOK.safetensors}. The sides of a pair may stand anywhere in the table; a task searches
 * the pairs of a hook point in memory.
 *
 * <pre>{@code
 * spark-submit microtome.jar search-contrast --config conf/jobs/search-contrast.conf \
 *   --set activations=runs/activations --set labels=pairs.parquet --set concept=truth --output runs/contrast
 * }</pre>
 */
@SuppressWarnings("rawtypes") // AutoService names the interface by its class
@AutoService(Job.class)
public final class SearchContrast implements Job<SearchContrastConfig, LabelledPart> {
  @Override
  public String name() {
    return "search-contrast";
  }

  @Override
  public String summary() {
    return "Find a direction from pairs of opposites without labels (contrast-consistent search)";
  }

  @Override
  public Class<SearchContrastConfig> configType() {
    return SearchContrastConfig.class;
  }

  @Override
  public List<TableSpec<?>> tables() {
    return List.of(ContrastScoreRow.TABLE, ContrastTryRow.TABLE);
  }

  @Override
  public List<ArtifactSpec> artifacts() {
    return List.of(ContrastTables.PROBES);
  }

  @Override
  public Plan<LabelledPart> plan(SearchContrastConfig config, Inputs inputs) {
    return LabelledActivations.plan(config.source(), config.rowsPerPart(), inputs);
  }

  @Override
  public TaskMemory memory(SearchContrastConfig config, Plan<LabelledPart> plan, Inputs inputs) {
    long width = LabelledActivations.width(config.source(), config.hooks(), plan, inputs);
    long sides = Math.min(2L * config.maxPairs(), plan.totalUnits());
    // As they are read; float64 of all, of those fitted to and scored on, and centred.
    return new TaskMemory(
        sides * width * (Float.BYTES + 3 * Double.BYTES),
        "at most %,d sides of the pairs of a hook point, %,d numbers wide".formatted(sides, width));
  }

  @Override
  public void run(SearchContrastConfig config, Plan<LabelledPart> plan, JobContext context) {
    try {
      Map<String, Long> labels = LabelledActivations.labelCounts(plan.parts().get(0), context);
      LabelledActivations.Joined joined = LabelledActivations.join(plan, config.hooks(), context);
      context.runParts(joined.plan(), new SidesTask(joined.reader(), config.pairSettings()));
      Map<String, List<String>> counts =
          LabelledActivations.filesByHook(
              ContrastTables.COUNTS, config.hooks(), config.activations(), context);
      Map<String, List<String>> sides =
          LabelledActivations.filesByHook(
              ContrastTables.SIDES, List.of(), config.activations(), context);
      List<ContrastPart> hooks = new ArrayList<>();
      counts.forEach(
          (hook, files) ->
              hooks.add(new ContrastPart(hook, sides.getOrDefault(hook, List.of()), files)));
      context.runStage(
          "contrasts",
          new Plan<>(hooks, "hook points", hooks.size(), -1, -1),
          new ContrastTask(config.pairSettings(), config.pair(), config.shares(labels)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
