package dev.microtome.jobs.erase;

import dev.microtome.activations.ActivationArrayRow;
import dev.microtome.activations.ActivationCodec;
import dev.microtome.activations.ActivationRow;
import dev.microtome.erasure.LeaceEraser;
import dev.microtome.jobs.PartContext;
import dev.microtome.jobs.PartTask;
import dev.microtome.jobs.inputs.EraserFolder;
import dev.microtome.jobs.inputs.TokenSlices;
import dev.microtome.run.RejectedContentException;
import dev.microtome.table.Column;
import dev.microtome.table.RowReader;
import dev.microtome.table.RowWriter;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Erases a concept from a part of the activations by erasers that look at nothing else.
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
        if (rows % HookRows.BATCH_ROWS == 0) {
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
    int width = first.activation().length;
    LeaceEraser eraser = erasers.read(first.hook(), concept, width, context.models());
    return new HookRows(width, (rows, labels) -> eraser.apply(rows), writer(first.hook(), context));
  }

  /** Where rows of a hook point go, in the encoding of the table they come from. */
  RowWriter<ActivationArrayRow> writer(String hook, PartContext context) throws IOException {
    return codec == null
        ? context.writer(Erase.ARRAY.withMetadata(metadata), hook)
        : bytes(context.writer(Erase.BINARY.withMetadata(metadata), hook));
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
}
