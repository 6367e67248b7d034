package dev.microtome.jobs.contrasts;

import dev.microtome.jobs.PartContext;
import dev.microtome.jobs.PartTask;
import dev.microtome.jobs.labels.ActivationSource;
import dev.microtome.jobs.labels.LabelledReader;
import dev.microtome.jobs.labels.LabelledSlices;
import dev.microtome.probing.PairSample;
import dev.microtome.probing.PairSideRow;
import dev.microtome.probing.ProbeSampleRow;
import dev.microtome.table.RowWriter;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds the activations of a part that are sides of pairs.
 *
 * @param reader of the labels pair, side and concept, in this order
 */
record SidesTask(LabelledReader reader, PairSettings settings) implements PartTask<LabelledSlices> {
  private static final int PAIR = 0;
  private static final int SIDE = 1;
  private static final int CONCEPT = 2;

  /** Sides of one hook point. */
  private static final class HookSides {
    private final PairSample<PairSideRow> sample;
    private long paired;
    private long otherSides;
    private long unpaired;

    HookSides(PairSettings settings) {
      sample = new PairSample<>(settings.split().seed(), settings.maxPairs());
    }
  }

  @Override
  public long run(LabelledSlices part, PartContext context) throws IOException {
    Map<String, HookSides> hooks = new LinkedHashMap<>();
    long rows =
        reader.forEach(
            part,
            context,
            (row, token, values) ->
                add(
                    hooks.computeIfAbsent(row.hook(), unused -> new HookSides(settings)),
                    row,
                    values));
    for (Map.Entry<String, HookSides> hook : hooks.entrySet()) {
      HookSides sides = hook.getValue();
      if (sides.paired > 0) {
        try (RowWriter<PairSideRow> writer = context.writer(ContrastTables.SIDES, hook.getKey())) {
          for (List<PairSideRow> pair : sides.sample.rows()) {
            for (PairSideRow side : pair) {
              writer.write(side);
            }
          }
        }
      }
      try (RowWriter<SideCountRow> writer = context.writer(ContrastTables.COUNTS, hook.getKey())) {
        writer.write(
            new SideCountRow(hook.getKey(), sides.paired, sides.otherSides, sides.unpaired));
      }
    }
    return rows;
  }

  private void add(HookSides sides, ActivationSource.ArrayRow row, List<List<String>> values) {
    if (values.get(PAIR) == null) {
      sides.unpaired++;
      return;
    }
    String pair = values.get(PAIR).get(0);
    if (values.get(SIDE) == null) {
      throw new IllegalArgumentException("pair '%s' has no label of its side here".formatted(pair));
    }
    String side = values.get(SIDE).get(0);
    if (!settings.sides().isEmpty() && !settings.sides().contains(side)) {
      sides.otherSides++;
      return;
    }
    ProbeSampleRow.requireFinite(row.activation());
    List<String> label = values.get(CONCEPT);
    sides.paired++;
    sides.sample.add(
        pair,
        new PairSideRow(
            row.hook(),
            pair,
            side,
            label != null,
            label == null ? "" : label.get(0),
            row.sequenceId(),
            row.position(),
            row.activation()));
  }
}
