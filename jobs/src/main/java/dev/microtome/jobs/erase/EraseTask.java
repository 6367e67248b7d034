package dev.microtome.jobs.erase;

import dev.microtome.activations.ActivationArrayRow;
import dev.microtome.activations.ActivationCodec;
import dev.microtome.activations.ActivationRow;
import dev.microtome.erasure.LeaceEraser;
import dev.microtome.jobs.PartContext;
import dev.microtome.jobs.PartTask;
import dev.microtome.jobs.inputs.EraserFolder;
import dev.microtome.jobs.inputs.TokenSlices;
import dev.microtome.probing.ProbeSampleRow;
import dev.microtome.run.RejectedContentException;
import dev.microtome.table.Column;
import dev.microtome.table.RowReader;
import dev.microtome.table.RowWriter;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Erases a concept from a part of the activations, some thousand rows at a time.
 *
 * @param hooks those to write; empty: all
 * @param codec of vectors that are bytes; null of arrays
 * @param metadata of the table
 */
record EraseTask(
    EraserFolder erasers,
    String concept,
    List<String> hooks,
    ActivationCodec codec,
    Map<String, String> metadata)
    implements PartTask<TokenSlices> {
  static final int BATCH_ROWS = 2048;

  EraseTask {
    hooks = List.copyOf(hooks);
    metadata = Map.copyOf(metadata);
  }

  /** Whose a row is. */
  record HookRow(@Column(doc = "address of the hook point") String hook) {}

  @Override
  public long run(TokenSlices part, PartContext context) throws IOException {
    Map<String, HookRows> byHook = new HashMap<>();
    long rows = 0;
    try {
      for (TokenSlices.Slice slice : part.slices()) {
        rows += erase(slice, byHook, rows, context);
      }
      for (HookRows each : byHook.values()) {
        each.flush();
      }
    } finally {
      for (HookRows each : byHook.values()) {
        each.close();
      }
    }
    return rows;
  }

  private long erase(
      TokenSlices.Slice slice, Map<String, HookRows> byHook, long before, PartContext context)
      throws IOException {
    long rows = 0;
    Class<? extends Record> rowType =
        codec == null ? ActivationArrayRow.class : ActivationRow.class;
    try (RowReader<? extends Record> reader =
        context.tables().read(slice.path(), rowType, slice.from(), slice.to())) {
      while (reader.hasNext()) {
        ActivationArrayRow row = row(reader.next(), slice.path());
        if (hooks.isEmpty() || hooks.contains(row.hook())) {
          HookRows hook = byHook.get(row.hook());
          if (hook == null) {
            hook = open(row, context);
            byHook.put(row.hook(), hook);
          }
          hook.add(row, slice.path());
        }
        rows++;
        if (rows % BATCH_ROWS == 0) {
          context.progress(before + rows);
        }
      }
    }
    return rows;
  }

  private ActivationArrayRow row(Record record, String path) {
    if (record instanceof ActivationArrayRow array) {
      return array;
    }
    ActivationRow row = (ActivationRow) record;
    try {
      return new ActivationArrayRow(
          row.hook(),
          row.sequenceId(),
          row.position(),
          row.tokenId(),
          codec.decode(row.activation()));
    } catch (IllegalArgumentException e) {
      throw new RejectedContentException(path + ": " + e.getMessage(), e);
    }
  }

  private HookRows open(ActivationArrayRow first, PartContext context) throws IOException {
    LeaceEraser eraser =
        erasers.read(first.hook(), concept, first.activation().length, context.models());
    return codec == null
        ? new HookRows(eraser, context.writer(Erase.ARRAY.withMetadata(metadata), first.hook()))
        : new HookRows(
            eraser, bytes(context.writer(Erase.BINARY.withMetadata(metadata), first.hook())));
  }

  private RowWriter<ActivationArrayRow> bytes(RowWriter<ActivationRow> writer) {
    return new RowWriter<>() {
      @Override
      public void write(ActivationArrayRow row) throws IOException {
        writer.write(
            new ActivationRow(
                row.hook(),
                row.sequenceId(),
                row.position(),
                row.tokenId(),
                codec.encode(FloatBuffer.wrap(row.activation()), 0, row.activation().length)));
      }

      @Override
      public void close() throws IOException {
        writer.close();
      }
    };
  }

  /** Rows of one hook point on their way through its eraser. */
  private static final class HookRows {
    private final LeaceEraser eraser;
    private final RowWriter<ActivationArrayRow> writer;
    private final List<ActivationArrayRow> waiting = new ArrayList<>();

    HookRows(LeaceEraser eraser, RowWriter<ActivationArrayRow> writer) {
      this.eraser = eraser;
      this.writer = writer;
    }

    void add(ActivationArrayRow row, String path) throws IOException {
      try {
        if (row.activation().length != eraser.dimensions()) {
          throw new IllegalArgumentException(
              "%d numbers, where rows before have %d"
                  .formatted(row.activation().length, eraser.dimensions()));
        }
        ProbeSampleRow.requireFinite(row.activation());
      } catch (IllegalArgumentException e) {
        throw new RejectedContentException(
            "%s: %s, sequence_id %d, position %d: %s"
                .formatted(path, row.hook(), row.sequenceId(), row.position(), e.getMessage()),
            e);
      }
      waiting.add(row);
      if (waiting.size() == BATCH_ROWS) {
        flush();
      }
    }

    void flush() throws IOException {
      List<float[]> erased =
          eraser.apply(waiting.stream().map(ActivationArrayRow::activation).toList());
      for (int i = 0; i < erased.size(); i++) {
        ActivationArrayRow row = waiting.get(i);
        writer.write(
            new ActivationArrayRow(
                row.hook(), row.sequenceId(), row.position(), row.tokenId(), erased.get(i)));
      }
      waiting.clear();
    }

    void close() throws IOException {
      writer.close();
    }
  }
}
