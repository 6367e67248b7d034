package dev.microtome.jobs.saes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.microtome.activations.ActivationCodec;
import dev.microtome.config.InputPath;
import dev.microtome.jobs.Inputs;
import dev.microtome.jobs.TableInput;
import dev.microtome.jobs.TableInput.TableFile;
import dev.microtome.jobs.TableReader;
import dev.microtome.jobs.TableReader.TextGroup;
import dev.microtome.jobs.TableReader.VectorColumns;
import dev.microtome.jobs.inputs.SequenceFacts;
import dev.microtome.jobs.inputs.TokenSlices.Slice;
import dev.microtome.model.ModelIdentity;
import dev.microtome.run.InputException;
import dev.microtome.table.Column;
import dev.microtome.table.RowReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** An activations table as a plan sees it: which hooks it has, where, and how wide they are. */
final class ActivationTable {
  private static final String TABLE = "activations";
  private static final String HOOK = "hook";

  /** Rows of a hook that lie together, on average, in a table that can be read hook by hook. */
  private static final int SHORTEST_RUN = 16;

  private final InputPath path;
  private final TableInput table;
  private final TableReader tables;
  private final boolean bytes;
  private final Map<String, List<Slice>> slices;

  private ActivationTable(
      InputPath path,
      TableInput table,
      TableReader tables,
      boolean bytes,
      Map<String, List<Slice>> slices) {
    this.path = path;
    this.table = table;
    this.tables = tables;
    this.bytes = bytes;
    this.slices = slices;
  }

  /** Rows with vectors as bytes. */
  @SuppressWarnings("ArrayRecordComponent") // read and left at once
  record BytesRow(
      @Column(doc = "address of the hook point") String hook,
      @Column(doc = "the sequence's id") long sequenceId,
      @Column(doc = "the values") byte[] activation) {}

  /** Rows with vectors as lists. */
  @SuppressWarnings("ArrayRecordComponent") // read and left at once
  record ListRow(
      @Column(doc = "address of the hook point") String hook,
      @Column(doc = "the sequence's id") long sequenceId,
      @Column(doc = "the values") float[] activation) {}

  /** The hook alone. */
  record HookRow(@Column(doc = "address of the hook point") String hook) {}

  /**
   * Opens a table.
   *
   * @throws InputException if it has not the columns, no rows, or its hooks are mixed row by row
   */
  static ActivationTable open(InputPath path, Inputs inputs) throws IOException {
    boolean bytes = true;
    TableInput table;
    try {
      table = inputs.table(path, TABLE, BytesRow.class);
    } catch (InputException notBytes) {
      try {
        table = inputs.table(path, TABLE, ListRow.class);
        bytes = false;
      } catch (InputException neither) {
        throw new InputException(
            neither
                .getMessage()
                .replace("needed is ARRAY<FLOAT>", "needed is BINARY or ARRAY<FLOAT>"),
            neither);
      }
    }
    if (table.rows() == 0) {
      throw new InputException("activations %s: the table has no rows".formatted(path));
    }
    Map<String, List<Slice>> slices = new TreeMap<>();
    for (List<HookSlice> ofFile : hookSlices(table, inputs.tables())) {
      for (HookSlice one : ofFile) {
        slices.computeIfAbsent(one.hook(), unused -> new ArrayList<>()).add(one.slice());
      }
    }
    return new ActivationTable(path, table, inputs.tables(), bytes, slices);
  }

  private record HookSlice(String hook, Slice slice) {}

  private static List<List<HookSlice>> hookSlices(TableInput table, TableReader tables)
      throws IOException {
    try {
      return table.files().parallelStream()
          .map(
              file -> {
                try {
                  return hookSlices(file, tables);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              })
          .toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static List<HookSlice> hookSlices(TableFile file, TableReader tables) throws IOException {
    List<HookSlice> found = new ArrayList<>();
    for (TextGroup group : tables.textGroups(file.path(), HOOK)) {
      if (group.text().isPresent()) {
        found.add(
            new HookSlice(group.text().get(), new Slice(file.path(), group.from(), group.to())));
      } else {
        found.addAll(runs(file.path(), group, tables));
      }
    }
    return found;
  }

  /** The runs of one hook in a row group that has several. */
  private static List<HookSlice> runs(String path, TextGroup group, TableReader tables)
      throws IOException {
    List<HookSlice> runs = new ArrayList<>();
    try (RowReader<HookRow> rows = tables.read(path, HookRow.class, group.from(), group.to())) {
      String hook = null;
      long from = group.from();
      for (long row = group.from(); row < group.to(); row++) {
        String next = rows.next().hook();
        if (hook != null && !next.equals(hook)) {
          runs.add(new HookSlice(hook, new Slice(path, from, row)));
          from = row;
        }
        hook = next;
      }
      if (hook != null) {
        runs.add(new HookSlice(hook, new Slice(path, from, group.to())));
      }
    }
    long rows = group.to() - group.from();
    if (runs.size() > 1 && rows / runs.size() < SHORTEST_RUN) {
      throw new InputException(
          "%s: its hooks change every %.1f rows; sort the table by hook, sequence_id and position"
              .formatted(path, (double) rows / runs.size()));
    }
    return runs;
  }

  /** The hooks of a configuration, {@code *} standing for every layer; all if it names none. */
  List<String> hooks(List<String> wanted) {
    if (wanted.isEmpty()) {
      if (slices.size() > 1) {
        throw new InputException(
            "hooks: activations %s have %d hook points, name those to train on (%s)"
                .formatted(path, slices.size(), String.join(", ", slices.keySet())));
      }
      return List.copyOf(slices.keySet());
    }
    List<String> found = new ArrayList<>();
    for (String one : wanted) {
      String pattern =
          Arrays.stream(one.split("\\*", -1))
              .map(Pattern::quote)
              .collect(Collectors.joining("[0-9]+"));
      List<String> here = slices.keySet().stream().filter(hook -> hook.matches(pattern)).toList();
      if (here.isEmpty()) {
        throw new InputException(
            "hooks: activations %s have no hook '%s' (they have %s)"
                .formatted(path, one, String.join(", ", slices.keySet())));
      }
      found.addAll(here);
    }
    return found.stream().distinct().toList();
  }

  /**
   * The rows of a hook.
   *
   * @throws InputException if its vectors have no fixed width, or another than the metadata say
   */
  StoredActivations source(String hook) throws IOException {
    ActivationCodec dtype = bytes ? dtype() : ActivationCodec.FLOAT32;
    List<Slice> ofHook = slices.get(hook);
    int found = firstWidth(ofHook.get(0), dtype);
    int width = width(hook, found);
    if (width != found) {
      throw new InputException(
          "activations %s: hook '%s' has %d values by the metadata, its first row has %d"
              .formatted(path, hook, width, found));
    }
    return new StoredActivations(
        hook,
        table.metadata().getOrDefault(ModelIdentity.NAME, ""),
        table.metadata().getOrDefault(ModelIdentity.SHA256, ""),
        new VectorColumns("sequence_id", "activation", dtype, width),
        ofHook);
  }

  SequenceFacts sequences() {
    return SequenceFacts.ofActivations(table);
  }

  private ActivationCodec dtype() {
    String name = table.metadata().get("dtype");
    return Arrays.stream(ActivationCodec.values())
        .filter(codec -> codec.dtype().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new InputException(
                    "activations %s: metadata 'dtype' is %s, expected float32 or bfloat16"
                        .formatted(path, name == null ? "not there" : "'" + name + "'")));
  }

  private int width(String hook, int found) {
    String text = table.metadata().get("shape");
    if (text == null) {
      return found;
    }
    try {
      JsonNode shape = new ObjectMapper().readTree(text).path(hook);
      if (!shape.isArray()) {
        return found;
      }
      int width = 1;
      for (JsonNode size : shape) {
        width *= size.intValue();
      }
      if (width < 1) {
        throw new InputException(
            "activations %s: hook '%s' has the shape %s, as wide as a sequence is long; an SAE needs one width"
                .formatted(path, hook, shape));
      }
      return width;
    } catch (JsonProcessingException e) {
      throw new InputException(
          "activations %s: metadata 'shape' is not JSON: %s".formatted(path, text), e);
    }
  }

  private int firstWidth(Slice slice, ActivationCodec dtype) throws IOException {
    if (!bytes) {
      try (RowReader<ListRow> rows =
          tables.read(slice.path(), ListRow.class, slice.from(), slice.from() + 1)) {
        return rows.next().activation().length;
      }
    }
    try (RowReader<BytesRow> rows =
        tables.read(slice.path(), BytesRow.class, slice.from(), slice.from() + 1)) {
      return rows.next().activation().length / dtype.bytesPerValue();
    }
  }
}
