package dev.microtome.jobs.erasers;

import dev.microtome.erasure.ConceptSum;
import dev.microtome.erasure.ConceptTargets;
import dev.microtome.jobs.JobContext;
import dev.microtome.jobs.labels.LabelledActivations;
import dev.microtome.jobs.labels.MergeTree;
import dev.microtome.jobs.labels.MomentsFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the parts have summed up, by hook point. */
final class HookSums {
  private HookSums() {}

  /** Merges them until a task can take those of a hook point and concept. */
  static List<ErasersPart> merge(
      FitLeaceConfig config, List<ConceptTargets> targets, JobContext context) throws IOException {
    Map<String, Map<String, List<List<String>>>> files = new LinkedHashMap<>();
    context.forEachRow(
        FitTables.MOMENTS,
        row ->
            files
                .computeIfAbsent(row.hook(), unused -> noFiles(config.sums(), targets))
                .get(row.concept())
                .get(row.number())
                .add(row.file()));
    LabelledActivations.requireHooks(config.hooks(), files.keySet(), config.activations());
    Iterator<List<String>> merged =
        new MergeTree("merge", "moments", MomentsFile::merge, context)
            .merge(
                files.values().stream()
                    .flatMap(concepts -> concepts.values().stream())
                    .flatMap(List::stream)
                    .toList())
            .iterator();
    List<ErasersPart> hooks = new ArrayList<>();
    files.forEach(
        (hook, concepts) ->
            hooks.add(
                new ErasersPart(
                    hook,
                    concepts.values().stream()
                        .map(
                            sums ->
                                new ErasersPart.Sums(
                                    sums.stream().map(unused -> merged.next()).toList()))
                        .toList())));
    return hooks;
  }

  private static Map<String, List<List<String>>> noFiles(
      ConceptSum.Kind kind, List<ConceptTargets> targets) {
    Map<String, List<List<String>>> none = new LinkedHashMap<>();
    for (ConceptTargets target : targets) {
      List<List<String>> sums = new ArrayList<>();
      for (int i = 0; i < (kind == ConceptSum.Kind.JOINT ? 1 : target.width()); i++) {
        sums.add(new ArrayList<>());
      }
      none.put(target.concept(), sums);
    }
    return none;
  }
}
