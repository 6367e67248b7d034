package dev.microtome.jobs.probes;

import dev.microtome.config.InputPath;
import dev.microtome.jobs.JobContext;
import dev.microtome.jobs.Plan;
import dev.microtome.jobs.labels.LabelCensus;
import dev.microtome.jobs.labels.LabelShares;
import dev.microtome.jobs.labels.LabelledActivations;
import dev.microtome.jobs.labels.LabelledPart;
import dev.microtome.jobs.labels.Unlabelled;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The stages that end in a sample of each hook point: labels are counted, then activations are read
 * once.
 */
final class SampleStages {
  private SampleStages() {}

  /** What the stage over hook points needs. */
  record Sampled(HookExamples examples, List<HookPart> hooks) {}

  /** Runs them. */
  static Sampled run(
      Plan<LabelledPart> plan,
      Unlabelled unlabelled,
      List<String> hooks,
      InputPath activations,
      SampleSettings settings,
      double maxUnlabelled,
      double maxUnmatchedLabels,
      JobContext context)
      throws IOException {
    Labels found = labels(plan, unlabelled, maxUnlabelled, maxUnmatchedLabels, context);
    List<ConceptColumns> concepts = found.concepts();
    Map<String, Long> labels = found.shares().labels();
    LabelledActivations.Joined joined = LabelledActivations.join(plan, hooks, context);
    context.runParts(
        joined.plan(),
        new SampleTask(
            joined.reader(),
            concepts,
            unlabelled,
            settings,
            concepts.stream()
                .map(
                    concept -> matched(labels.getOrDefault(concept.name(), 0L), maxUnmatchedLabels))
                .toList()));
    Map<String, List<String>> counts =
        LabelledActivations.filesByHook(SampleTables.COUNTS, hooks, activations, context);
    Map<String, List<String>> samples =
        LabelledActivations.filesByHook(SampleTables.SAMPLE, List.of(), activations, context);
    List<HookPart> parts = new ArrayList<>();
    counts.forEach(
        (hook, files) ->
            parts.add(new HookPart(hook, samples.getOrDefault(hook, List.of()), files)));
    return new Sampled(new HookExamples(concepts, settings, found.shares()), parts);
  }

  /** Concepts with their classes, and what may be without each other. */
  record Labels(List<ConceptColumns> concepts, LabelShares shares) {}

  /** Counts the labels. */
  static Labels labels(
      Plan<LabelledPart> plan,
      Unlabelled unlabelled,
      double maxUnlabelled,
      double maxUnmatchedLabels,
      JobContext context)
      throws IOException {
    LabelledPart shared = plan.parts().get(0);
    LabelCensus census = LabelledActivations.census(shared, unlabelled, context);
    return new Labels(
        ConceptColumns.of(census.targets()),
        new LabelShares(
            LabelledActivations.labelCounts(shared, census), maxUnlabelled, maxUnmatchedLabels));
  }

  /** Labels with an activation: with fewer {@link LabelShares#require} refuses. */
  private static long matched(long labels, double maxUnmatched) {
    return (long) (labels * (1 - maxUnmatched));
  }
}
