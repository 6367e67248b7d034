package dev.microtome.jobs.probes;

import dev.microtome.jobs.PartContext;
import dev.microtome.jobs.PartTask;
import dev.microtome.jobs.labels.LabelledReader;
import dev.microtome.jobs.labels.LabelledSlices;
import dev.microtome.jobs.labels.Unlabelled;
import dev.microtome.probing.ConceptSums;
import dev.microtome.probing.ProbePartRow;
import dev.microtome.probing.ProbeSampleRow;
import dev.microtome.probing.RowChunks;
import dev.microtome.probing.SequenceSplit;
import dev.microtome.table.RowWriter;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Leaves the labelled activations of a part, by hook point, where passes read them, and what is
 * summed up once.
 */
record RowsTask(
    LabelledReader reader,
    List<ConceptColumns> concepts,
    Unlabelled unlabelled,
    SequenceSplit split)
    implements PartTask<LabelledSlices> {

  /** Rows of one hook point, on the executor's own disk until all are there. */
  private final class HookRows implements Closeable {
    private final Path file = Files.createTempFile("train-probe", ".rows");
    private final RowChunks.Writer writer =
        new RowChunks.Writer(Files.newOutputStream(file), split);
    private final List<ConceptSums> sums;
    private final LabelTally tally = new LabelTally(concepts);
    private long first = Long.MAX_VALUE;
    private long last = Long.MIN_VALUE;

    HookRows(int dimensions) throws IOException {
      sums =
          concepts.stream()
              .map(concept -> ConceptSums.of(concept.concept(), split, dimensions))
              .toList();
    }

    void add(ProbeSampleRow row, List<List<String>> values) throws IOException {
      tally.add(values);
      double[] targets = row.numbers();
      if (concepts.stream().anyMatch(concept -> concept.isLabelled(targets))) {
        writer.add(row);
        first = Math.min(first, row.sequenceId());
        last = Math.max(last, row.sequenceId());
        sums.forEach(each -> each.add(row));
      }
    }

    @Override
    public void close() throws IOException {
      writer.close();
      Files.delete(file);
    }
  }

  @Override
  public long run(LabelledSlices part, PartContext context) throws IOException {
    Map<String, HookRows> hooks = new LinkedHashMap<>();
    RowEncoder encoder = new RowEncoder(concepts, unlabelled);
    try {
      long rows =
          reader.forEach(
              part,
              context,
              (row, token, values) -> {
                try {
                  HookRows hook = hooks.get(row.hook());
                  if (hook == null) {
                    hook = new HookRows(row.activation().length);
                    hooks.put(row.hook(), hook);
                  }
                  hook.add(encoder.row(row, token, values), values);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      for (Map.Entry<String, HookRows> hook : hooks.entrySet()) {
        leave(hook.getKey(), hook.getValue(), context);
      }
      return rows;
    } finally {
      for (HookRows hook : hooks.values()) {
        hook.close();
      }
    }
  }

  private void leave(String hook, HookRows rows, PartContext context) throws IOException {
    rows.writer.close();
    context.relay().write(PassFiles.rows(hook, context.index()), out -> Files.copy(rows.file, out));
    context
        .relay()
        .write(
            PassFiles.sums(hook, context.index()),
            out -> {
              for (ConceptSums each : rows.sums) {
                each.write(out);
              }
            });
    try (RowWriter<ProbePartRow> writer = context.writer(SampleTables.PARTS, hook)) {
      writer.write(
          new ProbePartRow(hook, context.index(), rows.tally.rows(), rows.first, rows.last));
    }
    rows.tally.write(hook, context);
  }
}
