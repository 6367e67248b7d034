package dev.microtome.jobs.spark;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.microtome.run.ArtifactFile;
import dev.microtome.run.DataFile;
import dev.microtome.run.Digest;
import dev.microtome.run.FileEntry;
import dev.microtome.run.FileStore;
import dev.microtome.run.Manifest;
import dev.microtome.run.RunDirectory;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;

/**
 * Reads every file of a run back: its size, its digest over all bytes, the rows of its footer. The
 * executors share the reading; the manifest's tables are made of what the footers say.
 */
public final class Verification {
  private Verification() {}

  /** A file with what its footer says; or with what is wrong with it. */
  private record Checked(DataFile file, FooterFacts footer, String problem)
      implements Serializable {}

  /** Checks one file where it lies. */
  private static final class Check implements Function<DataFile, Checked> {
    private final String run;

    Check(String run) {
      this.run = run;
    }

    @Override
    public Checked call(DataFile file) throws IOException {
      return check(Executor.ofThisJvm().files(), run, file);
    }
  }

  /** Checks one file of an artifact where it lies: what is wrong with it, or nothing. */
  private static final class CheckArtifact implements Function<ArtifactFile, String> {
    private final String run;

    CheckArtifact(String run) {
      this.run = run;
    }

    @Override
    public String call(ArtifactFile file) throws IOException {
      return problem(
              Executor.ofThisJvm().files(),
              FileStore.resolve(run, file.path()),
              file.bytes(),
              file.sha256())
          .orElse("");
    }
  }

  private static Optional<String> problem(
      HadoopFileStore files, String path, long bytes, String sha256) throws IOException {
    Optional<FileEntry> entry = files.status(path);
    if (entry.isEmpty()) {
      return Optional.of("is missing");
    } else if (entry.get().bytes() != bytes) {
      return Optional.of("has " + entry.get().bytes() + " bytes, written were " + bytes);
    }
    return Digest.of(files, path).equals(sha256)
        ? Optional.empty()
        : Optional.of("reads back with other bytes than were written");
  }

  private static Checked check(HadoopFileStore files, String run, DataFile file)
      throws IOException {
    String path = FileStore.resolve(run, file.path());
    Optional<String> problem = problem(files, path, file.bytes(), file.sha256());
    if (problem.isPresent()) {
      return new Checked(file, null, problem.get());
    }
    FooterFacts footer = new ParquetFiles(files).footer(path, Optional.empty());
    return new Checked(
        file,
        footer,
        footer.rows() == file.rows()
            ? null
            : "has " + footer.rows() + " rows, written were " + file.rows());
  }

  /**
   * Reads the files back and describes the tables they make.
   *
   * @throws IOException naming the first file that is not as it was written
   */
  public static Map<String, Manifest.Table> tables(
      SparkContext spark, RunDirectory run, List<DataFile> files) throws IOException {
    List<Checked> checked = onExecutors(spark, run, files, new Check(run.path()));
    Map<String, List<Checked>> byTable = new LinkedHashMap<>();
    for (Checked file : checked) {
      if (file.problem() != null) {
        throw new IOException(run.path(file.file().path()) + " " + file.problem());
      }
      byTable.computeIfAbsent(file.file().table(), table -> new ArrayList<>()).add(file);
    }
    Map<String, Manifest.Table> tables = new TreeMap<>();
    for (Map.Entry<String, List<Checked>> entry : byTable.entrySet()) {
      tables.put(entry.getKey(), table(entry.getValue()));
    }
    return tables;
  }

  /**
   * Reads the files back and describes the artifacts they make.
   *
   * @throws IOException naming the first file that is not as it was written
   */
  public static Map<String, Manifest.Artifact> artifacts(
      SparkContext spark, RunDirectory run, List<ArtifactFile> files) throws IOException {
    List<String> problems = onExecutors(spark, run, files, new CheckArtifact(run.path()));
    Map<String, List<ArtifactFile>> byName = new TreeMap<>();
    for (int i = 0; i < files.size(); i++) {
      if (!problems.get(i).isEmpty()) {
        throw new IOException(run.path(files.get(i).path()) + " " + problems.get(i));
      }
      byName
          .computeIfAbsent(files.get(i).artifact(), unused -> new ArrayList<>())
          .add(files.get(i));
    }
    Map<String, Manifest.Artifact> artifacts = new TreeMap<>();
    byName.forEach(
        (name, list) ->
            artifacts.put(
                name,
                new Manifest.Artifact(list.stream().mapToLong(ArtifactFile::bytes).sum(), list)));
    return artifacts;
  }

  private static <F, T> List<T> onExecutors(
      SparkContext spark, RunDirectory run, List<F> files, Function<F, T> check)
      throws IOException {
    if (files.isEmpty()) {
      return List.of();
    }
    try {
      return JavaSparkContext.fromSparkContext(spark)
          .parallelize(files, Math.min(files.size(), 4 * spark.defaultParallelism()))
          .map(check)
          .collect();
    } catch (Exception e) {
      // Scala does not declare what it throws: SparkException is a checked one.
      throw new IOException(
          "Cannot read the files of "
              + run.path()
              + " back: "
              + String.valueOf(e.getMessage()).lines().findFirst().orElse(""),
          e);
    }
  }

  private static Manifest.Table table(List<Checked> files) throws IOException {
    FooterFacts first = files.get(0).footer();
    TableFacts facts;
    try {
      facts = TableFacts.parse(first.table().orElseThrow(FileNotFoundException::new));
    } catch (JsonProcessingException | FileNotFoundException e) {
      throw new IOException(files.get(0).file().path() + ": its footer does not say its table", e);
    }
    Map<String, String> shared = new TreeMap<>(first.metadata());
    for (Checked file : files) {
      shared.entrySet().retainAll(file.footer().metadata().entrySet());
    }
    List<Manifest.File> listed = new ArrayList<>();
    long rows = 0;
    long bytes = 0;
    for (Checked checked : files) {
      Map<String, String> own = new TreeMap<>(checked.footer().metadata());
      own.keySet().removeAll(shared.keySet());
      DataFile file = checked.file();
      listed.add(
          new Manifest.File(
              file.path(), checked.footer().rows(), file.bytes(), file.sha256(), own));
      rows += checked.footer().rows();
      bytes += file.bytes();
    }
    return new Manifest.Table(facts.doc(), facts.columns(), shared, rows, bytes, listed);
  }

  /**
   * Whether the file is there, opens as Parquet and has its rows: what is asked of a part before it
   * is kept.
   */
  public static boolean opens(HadoopFileStore files, RunDirectory run, DataFile file) {
    try {
      return new ParquetFiles(files).footer(run.path(file.path()), Optional.empty()).rows()
          == file.rows();
    } catch (IOException | RuntimeException e) {
      return false;
    }
  }
}
