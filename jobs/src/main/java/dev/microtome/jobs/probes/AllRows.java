package dev.microtome.jobs.probes;

import dev.microtome.jobs.JobContext;
import dev.microtome.jobs.Plan;
import dev.microtome.jobs.Relay;
import dev.microtome.jobs.labels.LabelledActivations;
import dev.microtome.jobs.labels.LabelledPart;
import dev.microtome.jobs.labels.MergeTree;
import dev.microtome.probing.ConceptSums;
import dev.microtome.probing.HookFit;
import dev.microtome.probing.PassSums;
import dev.microtome.probing.ProbePartRow;
import dev.microtome.probing.SequenceSpan;
import dev.microtome.run.RejectedContentException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Fits probes to all rows: parts leave their rows in the relay once, then each pass is a stage to
 * which weights go out and from which sums come back. What a pass has summed up stays in the relay,
 * so that a run that is taken up again goes on with the pass that was killed.
 */
final class AllRows {
  private final TrainProbeConfig config;
  private final JobContext context;
  private final List<ConceptColumns> concepts;

  private AllRows(TrainProbeConfig config, JobContext context, List<ConceptColumns> concepts) {
    this.config = config;
    this.context = context;
    this.concepts = concepts;
  }

  static void run(TrainProbeConfig config, Plan<LabelledPart> plan, JobContext context)
      throws IOException {
    SampleStages.Labels labels =
        SampleStages.labels(
            plan,
            config.unlabelled(),
            config.maxUnlabelled(),
            config.maxUnmatchedLabels(),
            context);
    LabelledActivations.Joined joined = LabelledActivations.join(plan, config.hooks(), context);
    context.runParts(
        joined.plan(),
        new RowsTask(
            joined.reader(), labels.concepts(), config.unlabelled(), config.sample().split()));
    Map<String, List<String>> counts =
        LabelledActivations.filesByHook(
            SampleTables.COUNTS, config.hooks(), config.activations(), context);
    HookExamples examples = new HookExamples(labels.concepts(), config.sample(), labels.shares());
    for (Map.Entry<String, List<String>> hook : counts.entrySet()) {
      examples.requireLabels(hook.getKey(), hook.getValue(), context.tables());
    }
    new AllRows(config, context, labels.concepts()).fit();
  }

  private void fit() throws IOException {
    Map<String, List<ProbePartRow>> parts = new LinkedHashMap<>();
    context.forEachRow(
        SampleTables.PARTS,
        (ProbePartRow row) ->
            parts.computeIfAbsent(row.hook(), unused -> new ArrayList<>()).add(row));
    parts.values().forEach(rows -> rows.sort(Comparator.comparingInt(ProbePartRow::part)));
    SumsMerge merge =
        new SumsMerge(
            concepts.stream().map(ConceptColumns::concept).toList(), config.sample().split());
    List<List<String>> sums = new ArrayList<>();
    parts.forEach(
        (hook, own) ->
            sums.add(own.stream().map(row -> PassFiles.sums(hook, row.part())).toList()));
    Iterator<List<String>> merged =
        new MergeTree("sums_merge", "sums", merge, context).merge(sums).iterator();
    Map<String, List<HookFit.Fitted>> fitted = new LinkedHashMap<>();
    for (Map.Entry<String, List<ProbePartRow>> hook : parts.entrySet()) {
      List<ConceptSums> all = merge.read(merged.next(), context.relay());
      fitted.put(hook.getKey(), fit(hook.getKey(), all, fitted.size(), passParts(hook.getValue())));
    }
    context.runOnDriver(
        "probes",
        output -> {
          for (Map.Entry<String, List<HookFit.Fitted>> hook : fitted.entrySet()) {
            HookProbes probes = new HookProbes(hook.getKey(), output);
            for (HookFit.Fitted each : hook.getValue()) {
              probes.write(each);
            }
            probes.finish();
          }
        });
  }

  private static List<PassPart> passParts(List<ProbePartRow> rows) {
    List<List<SequenceSpan>> shared =
        SequenceSpan.shared(rows.stream().map(ProbePartRow::sequences).toList());
    return IntStream.range(0, rows.size())
        .mapToObj(i -> new PassPart(rows.get(i).part(), shared.get(i)))
        .toList();
  }

  private List<HookFit.Fitted> fit(
      String hook, List<ConceptSums> sums, int number, List<PassPart> parts) throws IOException {
    try {
      HookFit fit = new HookFit(sums, config.probeSettings(), config.control());
      for (int pass = 0; !fit.isDone(); pass++) {
        context.runStage(
            "fit_%d_%d".formatted(number, pass),
            new Plan<>(parts, "parts", parts.size(), -1, -1),
            new PassTask(hook, pass, fit.next()));
        fit.accept(answers(hook, pass, "merge_%d_%d".formatted(number, pass), parts));
      }
      return fit.fitted();
    } catch (IllegalArgumentException e) {
      throw new RejectedContentException("%s, %s".formatted(hook, e.getMessage()), e);
    }
  }

  /** The sums of a pass over all parts, put together once. */
  private PassSums answers(String hook, int pass, String stage, List<PassPart> parts)
      throws IOException {
    Relay relay = context.relay();
    String name = PassFiles.answers(hook, pass);
    try (InputStream in = relay.open(name)) {
      return PassSums.read(in);
    } catch (FileNotFoundException notPutTogether) {
      MergeTree tree = new MergeTree(stage, "sums", PassMerge::merge, context);
      List<String> files =
          parts.stream().map(part -> PassFiles.ofPart(hook, pass, part.part())).toList();
      PassSums merged = PassMerge.read(tree.merge(List.of(files)).get(0), relay);
      relay.write(name, merged::write);
      relay.delete(PassFiles.parts(hook, pass));
      tree.delete();
      return merged;
    }
  }
}
