package dev.microtome.jobs.spark;

import dev.microtome.jobs.ExecutorModels;
import dev.microtome.jobs.PartContext;
import dev.microtome.jobs.PartTask;
import dev.microtome.jobs.TableReader;
import dev.microtome.run.FileStore;
import dev.microtome.run.InputException;
import dev.microtome.table.RowWriter;
import dev.microtome.table.TableSpec;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.OptionalInt;
import java.util.UUID;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskKilledException;
import org.apache.spark.resource.ResourceInformation;
import org.apache.spark.util.LongAccumulator;
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
  private final String staging;
  private final LongAccumulator progress;

  PartAttempt(PartTask<P> task, String staging, LongAccumulator progress) {
    this.task = task;
    this.staging = staging;
    this.progress = progress;
  }

  @Override
  public PartResult apply(TaskContext spark, Iterator<IndexedPart<P>> parts) {
    IndexedPart<P> part = parts.next();
    Executor executor = Executor.ofThisJvm();
    String name =
        SparkEnv.get().executorId() + "@" + SparkEnv.get().blockManager().blockManagerId().host();
    String folder =
        FileStore.resolve(staging, "part-%05d-%s".formatted(part.index(), UUID.randomUUID()));
    long start = System.nanoTime();
    boolean done = false;
    try (PartWriters writers =
        new PartWriters(executor.files(), folder, part.index(), () -> stopIfKilled(spark))) {
      long units = task.run(part.part(), new Context(part.index(), executor, writers, spark));
      List<PartWriters.Staged> staged = writers.finish();
      done = true;
      double seconds = (System.nanoTime() - start) / 1e9;
      return new PartResult(
          part.index(), staged, units, seconds, spark.attemptNumber(), name, null);
    } catch (InputException e) {
      return new PartResult(
          part.index(), List.of(), 0, 0, spark.attemptNumber(), name, e.getMessage());
    } catch (TaskKilledException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      stopIfKilled(spark);
      throw new PartFailedException(
          "part %d on executor %s: %s".formatted(part.index(), name, reason(e)), e);
    } finally {
      if (!done) {
        discard(executor.files(), folder);
      }
    }
  }

  private static String reason(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) {
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
    private final PartWriters writers;
    private final TaskContext spark;
    private final TableReader tables;
    private long reported;

    Context(int index, Executor executor, PartWriters writers, TaskContext spark) {
      this.index = index;
      this.executor = executor;
      this.writers = writers;
      this.spark = spark;
      tables = new ParquetFiles(executor.files());
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
    public TableReader tables() {
      return tables;
    }

    @Override
    public ExecutorModels models() {
      return executor.models();
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
