package dev.microtome.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.microtome.table.RowSchema;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * {@code manifest.json}: what a run was and what it wrote, enough to repeat it. Written when the
 * run starts, with {@link #status} "unfinished" and no tables, and again when all is verified, with
 * "complete". Holds no secret: values of keys that look like passwords, and credentials in URLs,
 * read {@code ***}.
 *
 * @param run the run's id
 * @param status "unfinished" or "complete"
 * @param forced whether the run was started though one like it was there: by {@code --force}, and
 *     always by a job that runs anew, as run-all does
 * @param configuration resolved, paths included
 * @param inputs with their digests
 * @param seeds values of the keys that are called a seed
 * @param versions of microtome, Java, Spark, DJL and the like
 * @param parts number of parts in the plan
 * @param tables by name
 * @param artifacts by the name of their folder inside the run, such as {@code model}; files other
 *     than tables
 * @param metrics units of work in all parts, by the name of the unit; {@code parts-computed} and
 *     units per second of the attempt that finished the run
 * @param warnings what a person should look at, though the run went on
 * @param started ISO-8601, UTC, of the first attempt
 * @param finished ISO-8601, UTC; null while unfinished
 * @param wallSeconds of the attempt that finished the run; 0 while unfinished
 */
public record Manifest(
    String run,
    String job,
    String status,
    boolean forced,
    String fingerprint,
    JsonNode configuration,
    List<InputRecord> inputs,
    Map<String, JsonNode> seeds,
    Map<String, String> versions,
    int parts,
    Map<String, Table> tables,
    Map<String, Artifact> artifacts,
    Map<String, Number> metrics,
    List<String> warnings,
    String started,
    String finished,
    double wallSeconds) {
  static final String UNFINISHED = "unfinished";
  static final String COMPLETE = "complete";

  public Manifest {
    configuration = Secrets.redacted(configuration);
    inputs =
        inputs.stream()
            .map(
                input ->
                    new InputRecord(
                        input.kind(),
                        Secrets.redacted(input.path()),
                        input.digest(),
                        input.files(),
                        input.rows(),
                        input.bytes(),
                        input.runs()))
            .toList();
    seeds = new TreeMap<>(seeds);
    versions = new TreeMap<>(versions);
    tables = new TreeMap<>(tables);
    // Manifests of earlier versions have none.
    artifacts = artifacts == null ? new TreeMap<>() : new TreeMap<>(artifacts);
    metrics = new TreeMap<>(metrics);
    warnings = warnings == null ? List.of() : warnings.stream().map(Secrets::redacted).toList();
  }

  /**
   * A table of the run.
   *
   * @param metadata entries that all of its files share
   */
  public record Table(
      String doc,
      List<Column> columns,
      Map<String, String> metadata,
      long rows,
      long bytes,
      List<File> files) {
    public Table {
      columns = List.copyOf(columns);
      metadata = new TreeMap<>(metadata);
      files = List.copyOf(files);
    }
  }

  /**
   * A column of a table.
   *
   * @param type in Spark SQL's names
   * @param unit empty where there is none
   */
  public record Column(String name, String type, String unit, String doc) {
    /** The columns of a row record. */
    public static List<Column> of(RowSchema schema) {
      return schema.fields().stream()
          .map(field -> new Column(field.name(), field.type().sqlName(), field.unit(), field.doc()))
          .toList();
    }
  }

  /**
   * A file of a table.
   *
   * @param path inside the run directory
   * @param metadata entries in which this file differs from others of its table
   */
  public record File(
      String path, long rows, long bytes, String sha256, Map<String, String> metadata) {
    public File {
      metadata = new TreeMap<>(metadata);
    }
  }

  /**
   * Files of one kind that are no table, in their own ecosystem's format.
   *
   * @param bytes size of all files together
   * @param files in the order of their paths
   */
  public record Artifact(long bytes, List<ArtifactFile> files) {
    public Artifact {
      files = List.copyOf(files);
    }
  }

  /** The manifest of a run that starts; its id is given by {@link #withRun}. */
  public static Manifest started(
      String job,
      boolean forced,
      Fingerprint fingerprint,
      JsonNode configuration,
      List<InputRecord> inputs,
      Map<String, JsonNode> seeds,
      Map<String, String> versions,
      int parts,
      String started) {
    return new Manifest(
        "",
        job,
        UNFINISHED,
        forced,
        fingerprint.sha256(),
        configuration,
        inputs,
        seeds,
        versions,
        parts,
        Map.of(),
        Map.of(),
        Map.of(),
        List.of(),
        started,
        null,
        0);
  }

  /** The same for the run of this id. */
  public Manifest withRun(String id) {
    return changed(
        id, status, versions, tables, artifacts, metrics, warnings, finished, wallSeconds);
  }

  public boolean complete() {
    return status.equals(COMPLETE);
  }

  /** The manifest of the verified run. */
  public Manifest completed(
      Map<String, Table> tables,
      Map<String, Artifact> artifacts,
      Map<String, Number> metrics,
      Map<String, String> versions,
      String finished,
      double wallSeconds) {
    return changed(
        run, COMPLETE, versions, tables, artifacts, metrics, warnings, finished, wallSeconds);
  }

  /** The same with what a person should look at. */
  public Manifest withWarnings(List<String> newWarnings) {
    return changed(
        run, status, versions, tables, artifacts, metrics, newWarnings, finished, wallSeconds);
  }

  private Manifest changed(
      String run,
      String status,
      Map<String, String> versions,
      Map<String, Table> tables,
      Map<String, Artifact> artifacts,
      Map<String, Number> metrics,
      List<String> warnings,
      String finished,
      double wallSeconds) {
    return new Manifest(
        run,
        job,
        status,
        forced,
        fingerprint,
        configuration,
        inputs,
        seeds,
        versions,
        parts,
        tables,
        artifacts,
        metrics,
        warnings,
        started,
        finished,
        wallSeconds);
  }

  public String json() {
    return Json.pretty(this);
  }

  /**
   * Reads a manifest.
   *
   * @param path for the message
   * @throws InputException when it is no manifest
   */
  public static Manifest parse(String json, String path) {
    try {
      Manifest manifest = Json.read(json, Manifest.class);
      if (manifest == null || manifest.run == null || manifest.status == null) {
        throw new InputException(path + ": not a manifest of a run");
      }
      return manifest;
    } catch (JsonProcessingException | NullPointerException e) {
      throw new InputException(path + ": not a manifest of a run", e);
    }
  }
}
