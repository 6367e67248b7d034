package dev.microtome.jobs.spark;

import dev.microtome.jobs.ExecutorModels;
import dev.microtome.jobs.PartContext;
import dev.microtome.jobs.PartTask;
import dev.microtome.jobs.Relay;
import dev.microtome.jobs.TableReader;
import dev.microtome.jobs.Workspace;
import dev.microtome.run.FileStore;
import dev.microtome.run.InputException;
import dev.microtome.table.RowWriter;
import dev.microtome.table.TableSpec;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Serializable;
import java.util.List;
import java.util.OptionalInt;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskKilledException;
import org.apache.spark.resource.ResourceInformation;
import org.apache.spark.util.LongAccumulator;
import org.slf4j.MDC;
import scala.collection.Iterator;
import scala.runtime.AbstractFunction2;

/**
 * The Spark task of one part. Its files go to a folder of its own, so that several attempts at a
 * part never meet.
 */
final class PartAttempt<P extends Serializable>
    extends AbstractFunction2<TaskContext, Iterator<IndexedPart<P>>, PartResult>
    implements Serializable {
  private final PartTask<P> task;
  private final PartPlaces places;
  private final LongAccumulator progress;

  PartAttempt(PartTask<P> task, PartPlaces places, LongAccumulator progress) {
    this.task = task;
    this.places = places;
    this.progress = progress;
  }

  @Override
  @SuppressWarnings("try") // the log lines of the block have the name while it is open
  public PartResult apply(TaskContext spark, Iterator<IndexedPart<P>> parts) {
    IndexedPart<P> part = parts.next();
    Executor executor = Executor.ofThisJvm();
    String name =
        SparkEnv.get().executorId() + "@" + SparkEnv.get().blockManager().blockManagerId().host();
    String folder = places.attempt(part.index());
    String label = places.label(part.index());
    long start = System.nanoTime();
    boolean done = false;
    try (MDC.MDCCloseable logged = LogLines.ofPart(label);
        PartWriters writers =
            new PartWriters(executor.files(), folder, label, () -> stopIfKilled(spark));
        PartArtifacts artifacts = new PartArtifacts(executor.files(), folder, label);
        SharedModels.PartModels models = executor.models().ofPart()) {
      long units =
          task.run(
              part.part(), new Context(part.index(), executor, models, writers, artifacts, spark));
      List<PartWriters.Staged> staged = writers.finish();
      List<StagedArtifact> stagedArtifacts = artifacts.finish();
      done = true;
      double seconds = (System.nanoTime() - start) / 1e9;
      return new PartResult(
          part.index(), staged, stagedArtifacts, units, seconds, spark.attemptNumber(), name, null);
    } catch (InputException e) {
      return new PartResult(
          part.index(),
          List.of(),
          List.of(),
          0,
          0,
          spark.attemptNumber(),
          name,
          PartResult.Refusal.of(e));
    } catch (TaskKilledException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      stopIfKilled(spark);
      throw new PartFailedException(
          "%spart %d on executor %s: %s"
              .formatted(
                  places.stage().isEmpty() ? "" : "stage " + places.stage() + ", ",
                  part.index(),
                  name,
                  reason(e)),
          e);
    } finally {
      if (!done) {
        discard(executor.files(), folder);
      }
    }
  }

  private static String reason(Throwable e) {
    Throwable root = e;
    // What failing storage threw says less than what was read from it.
    while (root.getCause() != null && !(root instanceof StoredFile.StorageException)) {
      root = root.getCause();
    }
    return root.getMessage() == null ? root.toString() : root.getMessage();
  }

  private static void stopIfKilled(TaskContext spark) {
    if (spark.isInterrupted()) {
      throw new TaskKilledException("this attempt is not needed any more");
    }
  }

  private static void discard(FileStore files, String folder) {
    try {
      files.delete(folder);
    } catch (IOException | RuntimeException e) {
      // The driver empties the staging folder when the run ends.
      System.getLogger(PartAttempt.class.getName())
          .log(System.Logger.Level.WARNING, "cannot delete " + folder, e);
    }
  }

  private final class Context implements PartContext {
    private final int index;
    private final Executor executor;
    private final ExecutorModels models;
    private final PartWriters writers;
    private final PartArtifacts artifacts;
    private final Workspace workspace;
    private final TaskContext spark;
    private final TableReader tables;
    private long reported;

    Context(
        int index,
        Executor executor,
        ExecutorModels models,
        PartWriters writers,
        PartArtifacts artifacts,
        TaskContext spark) {
      this.index = index;
      this.executor = executor;
      this.models = models;
      this.writers = writers;
      this.artifacts = artifacts;
      this.spark = spark;
      tables = new ParquetFiles(executor.files());
      workspace =
          new PartWorkspace(
              executor.files(),
              places.run(),
              places.workspace(index),
              artifacts,
              () -> stopIfKilled(spark));
    }

    @Override
    public int index() {
      return index;
    }

    @Override
    public FileStore files() {
      return executor.files();
    }

    @Override
    public <R extends Record> RowWriter<R> writer(TableSpec<R> table, String section)
        throws IOException {
      return writers.open(table, section);
    }

    @Override
    public OutputStream artifact(String path) throws IOException {
      stopIfKilled(spark);
      return artifacts.create(path);
    }

    @Override
    public Workspace workspace() {
      return workspace;
    }

    @Override
    public Relay relay() {
      return new RelayFiles(executor.files(), places.relay());
    }

    @Override
    public TableReader tables() {
      return tables;
    }

    @Override
    public ExecutorModels models() {
      return models;
    }

    @Override
    public int cores() {
      return spark.cpus();
    }

    @Override
    public OptionalInt gpu() {
      ResourceInformation gpu = spark.resourcesJMap().get("gpu");
      return gpu == null
          ? OptionalInt.empty()
          : OptionalInt.of(Integer.parseInt(gpu.addresses()[0]));
    }

    @Override
    public void progress(long units) {
      stopIfKilled(spark);
      progress.add(units - reported);
      reported = units;
    }
  }
}
