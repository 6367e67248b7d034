package dev.microtome.jobs.probes;

import dev.microtome.jobs.PartContext;
import dev.microtome.jobs.PartTask;
import dev.microtome.jobs.labels.LabelledReader;
import dev.microtome.jobs.labels.LabelledSlices;
import dev.microtome.jobs.labels.Unlabelled;
import dev.microtome.probing.ProbeSampleRow;
import dev.microtome.table.RowWriter;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Draws from the activations of a part those that probes may need, by hook point and concept.
 *
 * @param labels of each concept that have an activation at the least; 0 where that is not known
 */
record SampleTask(
    LabelledReader reader,
    List<ConceptColumns> concepts,
    Unlabelled unlabelled,
    SampleSettings settings,
    List<Long> labels)
    implements PartTask<LabelledSlices> {
  private record Hook(HookSample sample, LabelTally tally) {}

  @Override
  public long run(LabelledSlices part, PartContext context) throws IOException {
    Map<String, Hook> hooks = new LinkedHashMap<>();
    RowEncoder encoder = new RowEncoder(concepts, unlabelled);
    long rows =
        reader.forEach(
            part,
            context,
            (row, token, values) -> {
              Hook hook =
                  hooks.computeIfAbsent(
                      row.hook(),
                      unused ->
                          new Hook(
                              new HookSample(concepts, settings, labels),
                              new LabelTally(concepts)));
              hook.sample().add(encoder.row(row, token, values));
              hook.tally().add(values);
            });
    for (Map.Entry<String, Hook> hook : hooks.entrySet()) {
      List<ProbeSampleRow> kept = hook.getValue().sample().union();
      if (!kept.isEmpty()) {
        try (RowWriter<ProbeSampleRow> writer =
            context.writer(SampleTables.SAMPLE, hook.getKey())) {
          for (ProbeSampleRow each : kept) {
            writer.write(each);
          }
        }
      }
      hook.getValue().tally().write(hook.getKey(), context);
    }
    return rows;
  }
}
