package dev.microtome.jobs.spark;

import dev.microtome.jobs.DriverTask;
import dev.microtome.jobs.PartOutput;
import dev.microtome.run.FileStore;
import dev.microtome.table.RowWriter;
import dev.microtome.table.TableSpec;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/** A part that the driver computes itself; its files are staged like those of any other. */
public final class DriverPart {
  private static final String DRIVER = "driver";

  private DriverPart() {}

  /** Runs the task as part 0 of its stage and commits it. */
  public static void run(
      FileStore files, PartPlaces places, DriverTask task, SparkParts.Commit commit)
      throws IOException {
    String folder = places.attempt(0);
    String label = places.label(0);
    long start = System.nanoTime();
    try (PartWriters writers = new PartWriters(files, folder, label, () -> {});
        PartArtifacts artifacts = new PartArtifacts(files, folder, label)) {
      task.run(
          new PartOutput() {
            @Override
            public <R extends Record> RowWriter<R> writer(TableSpec<R> table, String section)
                throws IOException {
              return writers.open(table, section);
            }

            @Override
            public OutputStream artifact(String path) throws IOException {
              return artifacts.create(path);
            }
          });
      List<PartWriters.Staged> staged = writers.finish();
      PartResult result =
          new PartResult(
              0,
              staged,
              artifacts.finish(),
              0,
              (System.nanoTime() - start) / 1e9,
              0,
              DRIVER,
              /* refusal= */ null);
      commit.commit(result.toRecord(), result.stagedPaths());
    }
  }
}
