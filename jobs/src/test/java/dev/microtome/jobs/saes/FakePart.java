package dev.microtome.jobs.saes;

import dev.microtome.jobs.ExecutorModels;
import dev.microtome.jobs.PartContext;
import dev.microtome.jobs.Relay;
import dev.microtome.jobs.TableReader;
import dev.microtome.jobs.Workspace;
import dev.microtome.jobs.spark.HadoopFileStore;
import dev.microtome.jobs.spark.ParquetFiles;
import dev.microtome.run.FileStore;
import dev.microtome.table.RowWriter;
import dev.microtome.table.TableSpec;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/** An attempt at a part in memory, which may be killed after so much progress. */
final class FakePart implements PartContext {
  /** What an attempt dies of. */
  static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private final Map<String, byte[]> state;
  private final Relay relay;
  private final long killedAt;
  private final Map<String, ByteArrayOutputStream> artifacts = new TreeMap<>();
  private final Map<String, List<Record>> rows = new TreeMap<>();

  /**
   * @param state what earlier attempts have saved, to which this one saves
   * @param killedAt units of progress at which the attempt is killed
   */
  FakePart(Map<String, byte[]> state, long killedAt) {
    this(state, new FakeRelay(), killedAt);
  }

  /**
   * @param relay what stages of the run pass to each other
   */
  FakePart(Map<String, byte[]> state, Relay relay, long killedAt) {
    this.state = state;
    this.relay = relay;
    this.killedAt = killedAt;
  }

  Map<String, ByteArrayOutputStream> artifacts() {
    return artifacts;
  }

  List<Record> rows(String table) {
    return rows.getOrDefault(table, List.of());
  }

  @Override
  public int index() {
    return 0;
  }

  @Override
  public FileStore files() {
    throw new AssertionError("a part writes tables, artifacts and states, and no other files");
  }

  @Override
  public Workspace workspace() {
    return new Workspace() {
      @Override
      public void save(long units, StateWriter writer) throws IOException {
        Map<String, ByteArrayOutputStream> files = new TreeMap<>();
        writer.write(name -> files.computeIfAbsent(name, key -> new ByteArrayOutputStream()));
        state.clear();
        files.forEach((name, bytes) -> state.put(name, bytes.toByteArray()));
      }

      @Override
      public <T> Optional<T> restore(StateReader<T> reader) throws IOException {
        return state.isEmpty() ? Optional.empty() : Optional.of(reader.read(saved()));
      }
    };
  }

  private Workspace.SavedState saved() {
    return new Workspace.SavedState() {
      @Override
      public long units() {
        return 0;
      }

      @Override
      public InputStream open(String name) {
        return new ByteArrayInputStream(state.get(name));
      }
    };
  }

  @Override
  public Relay relay() {
    return relay;
  }

  @Override
  public TableReader tables() {
    return new ParquetFiles(HadoopFileStore.ofThisProcess());
  }

  @Override
  public ExecutorModels models() {
    throw new AssertionError("activations come from a table here, not from a model");
  }

  @Override
  public int cores() {
    return 2;
  }

  @Override
  public OptionalInt gpu() {
    return OptionalInt.empty();
  }

  @Override
  public void progress(long units) {
    if (units >= killedAt) {
      throw new Killed();
    }
  }

  @Override
  public <R extends Record> RowWriter<R> writer(TableSpec<R> table, String section) {
    List<Record> written = rows.computeIfAbsent(table.name(), unused -> new ArrayList<>());
    return new RowWriter<>() {
      @Override
      public void write(R row) {
        written.add(row);
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public OutputStream artifact(String path) {
    return artifacts.computeIfAbsent(path, unused -> new ByteArrayOutputStream());
  }
}
