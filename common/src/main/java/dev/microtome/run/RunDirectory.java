package dev.microtome.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * One run on disk:
 *
 * <pre>
 * OUTPUT/RUN/TABLE/part-00007.parquet   data
 * OUTPUT/RUN/ARTIFACT/…                 files other than tables
 * OUTPUT/RUN/parts/00007.json           written after the part's files
 * OUTPUT/RUN/parts/STAGE/00007.json     the same in a stage with a name
 * OUTPUT/RUN/_staging/                  files of task attempts, until the driver commits one of them
 * OUTPUT/RUN/_work/                     newest state of long parts that are not done, and files from
 *                                       one stage to the next
 * OUTPUT/RUN/_TABLE/                    internal table, from one stage to the next
 * OUTPUT/RUN/manifest.json
 * OUTPUT/RUN/_SUCCESS                   last
 * OUTPUT/latest                         then this
 * </pre>
 *
 * <p>The order of writes is what makes a kill at any moment harmless: a part without a record is
 * done again, a run without {@code _SUCCESS} is no run to a reader. Only the holder of the output's
 * {@link Lease} may change anything here.
 */
public final class RunDirectory {
  public static final String MANIFEST = "manifest.json";
  public static final String SUCCESS = "_SUCCESS";
  public static final String LATEST = "latest";
  static final String PARTS = "parts";
  static final String STAGING = "_staging";
  static final String WORK = "_work";

  /** The stage without a name: the parts of the job's plan. */
  public static final String MAIN_STAGE = "";

  private static final DateTimeFormatter ID_TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH-mm-ss'Z'").withZone(ZoneOffset.UTC);
  private static final Pattern ID = Pattern.compile("[0-9]{4}-[0-9T-]+Z-[0-9a-f]{8}");

  private final FileStore files;
  private final String output;
  private final String id;

  private RunDirectory(FileStore files, String output, String id) {
    this.files = files;
    this.output = output;
    this.id = id;
  }

  /** A run that is or will be in the output folder. */
  public static RunDirectory of(FileStore files, String output, String id) throws IOException {
    return new RunDirectory(files, files.qualify(output), id);
  }

  /**
   * A directory for a new run; its id is made of the time and the fingerprint, and is not taken.
   */
  public static RunDirectory create(
      FileStore files, String output, Instant now, Fingerprint fingerprint) throws IOException {
    for (Instant time = now; ; time = time.plus(1, ChronoUnit.SECONDS)) {
      String id = ID_TIME.format(time) + "-" + fingerprint.prefix();
      RunDirectory run = RunDirectory.of(files, output, id);
      if (!files.exists(run.path())) {
        return run;
      }
    }
  }

  /** Every run in the output folder with this fingerprint, newest first. */
  public static List<RunDirectory> find(FileStore files, String output, Fingerprint fingerprint)
      throws IOException {
    if (!files.exists(output)) {
      return List.of();
    }
    List<RunDirectory> runs = new ArrayList<>();
    for (FileEntry entry : files.list(output)) {
      if (entry.folder()
          && isId(entry.name())
          && entry.name().endsWith("-" + fingerprint.prefix())) {
        RunDirectory run = RunDirectory.of(files, output, entry.name());
        Optional<Manifest> manifest = run.readManifest();
        if (manifest.isPresent() && manifest.get().fingerprint().equals(fingerprint.sha256())) {
          runs.add(run);
        }
      }
    }
    runs.sort(Comparator.comparing(RunDirectory::id).reversed());
    return runs;
  }

  /** Whether the name of a folder is a run's id. */
  public static boolean isId(String name) {
    return ID.matcher(name).matches();
  }

  public String id() {
    return id;
  }

  public String path() {
    return FileStore.resolve(output, id);
  }

  /** The path of something inside the run. */
  public String path(String relative) {
    return FileStore.resolve(path(), relative);
  }

  /** The folder of a table. */
  public String tablePath(String table) {
    return path(table);
  }

  /** Where task attempts of one session of the run put their files. */
  public String stagingPath(String session) {
    return path(STAGING + "/" + session);
  }

  /** Where long parts keep their newest state, over attempts and sessions. */
  public String workPath() {
    return path(WORK);
  }

  /** Whether a part has left a state behind. */
  public boolean hasWork() throws IOException {
    return files.exists(workPath());
  }

  /** The manifest; empty where there is none or it was cut off. */
  public Optional<Manifest> readManifest() throws IOException {
    try {
      return Optional.of(Manifest.parse(files.readString(path(MANIFEST)), path(MANIFEST)));
    } catch (FileNotFoundException | InputException e) {
      return Optional.empty();
    }
  }

  /** Starts the run: from here on the directory exists. */
  public void start(Manifest unfinished) throws IOException {
    files.replace(path(MANIFEST), unfinished.json());
  }

  public boolean succeeded() throws IOException {
    return files.exists(path(SUCCESS));
  }

  /**
   * Whether the run succeeded and every file of its manifest is still there with its size. Content
   * is not read.
   *
   * @return the first thing that is wrong, empty where nothing is
   */
  public Optional<String> damage() throws IOException {
    Optional<Manifest> manifest = readManifest();
    if (manifest.isEmpty() || !manifest.get().complete()) {
      return Optional.of(path(MANIFEST) + " is missing or unfinished");
    }
    Map<String, Long> written = new LinkedHashMap<>();
    for (Manifest.Table table : manifest.get().tables().values()) {
      table.files().forEach(file -> written.put(file.path(), file.bytes()));
    }
    for (Manifest.Artifact artifact : manifest.get().artifacts().values()) {
      artifact.files().forEach(file -> written.put(file.path(), file.bytes()));
    }
    Map<String, Long> sizes = sizes();
    for (Map.Entry<String, Long> file : written.entrySet()) {
      Long bytes = sizes.get(path(file.getKey()));
      if (bytes == null) {
        return Optional.of(path(file.getKey()) + " is missing");
      } else if (!bytes.equals(file.getValue())) {
        return Optional.of(
            path(file.getKey()) + " has " + bytes + " bytes, written were " + file.getValue());
      }
    }
    return Optional.empty();
  }

  private Map<String, Long> sizes() throws IOException {
    Map<String, Long> sizes = new TreeMap<>();
    for (FileEntry entry : files.listRecursively(path())) {
      sizes.put(entry.path(), entry.bytes());
    }
    return sizes;
  }

  /**
   * The parts that are done: those with a readable record whose files are all there with their
   * sizes. Records of other parts are deleted, so that what remains on disk is what is returned.
   */
  public List<PartRecord> finishedParts(String stage) throws IOException {
    String folder = partsPath(stage);
    if (!files.exists(folder)) {
      return List.of();
    }
    // A run of many rounds has thousands of stages whose parts have no files.
    Map<String, Long> sizes = new TreeMap<>();
    List<PartRecord> finished = new ArrayList<>();
    for (FileEntry entry : files.list(folder)) {
      if (entry.folder()) {
        continue;
      }
      Optional<PartRecord> record = parsePart(entry);
      if (sizes.isEmpty() && record.isPresent() && !record.get().paths().isEmpty()) {
        sizes.putAll(sizes());
      }
      Optional<PartRecord> part =
          record.filter(found -> entry.name().equals(found.fileName()) && isWhole(found, sizes));
      if (part.isPresent()) {
        finished.add(part.get());
      } else {
        files.delete(entry.path());
      }
    }
    return finished;
  }

  /**
   * The records of a run that succeeded, of its stage without a name. What they say of files is not
   * checked.
   */
  public List<PartRecord> recordedParts() throws IOException {
    String folder = partsPath(MAIN_STAGE);
    List<PartRecord> parts = new ArrayList<>();
    if (files.exists(folder)) {
      for (FileEntry entry : files.list(folder)) {
        if (!entry.folder()) {
          parsePart(entry).ifPresent(parts::add);
        }
      }
    }
    return parts;
  }

  private boolean isWhole(PartRecord part, Map<String, Long> sizes) {
    return part.files().stream()
            .allMatch(file -> Long.valueOf(file.bytes()).equals(sizes.get(path(file.path()))))
        && part.artifacts().stream()
            .allMatch(file -> Long.valueOf(file.bytes()).equals(sizes.get(path(file.path()))));
  }

  /** The stages of which there are records, {@link #MAIN_STAGE} first. */
  public List<String> stages() throws IOException {
    List<String> stages = new ArrayList<>(List.of(MAIN_STAGE));
    if (files.exists(path(PARTS))) {
      files.list(path(PARTS)).stream()
          .filter(FileEntry::folder)
          .map(FileEntry::name)
          .forEach(stages::add);
    }
    return stages;
  }

  private String partsPath(String stage) {
    return path(stage.isEmpty() ? PARTS : PARTS + "/" + stage);
  }

  private Optional<PartRecord> parsePart(FileEntry entry) throws IOException {
    try {
      return Optional.of(PartRecord.parse(files.readString(entry.path())));
    } catch (JsonProcessingException | FileNotFoundException e) {
      return Optional.empty();
    }
  }

  /** Takes a part's record back: the part will be done again. */
  public void forget(String stage, PartRecord part) throws IOException {
    files.delete(FileStore.resolve(partsPath(stage), part.fileName()));
  }

  /**
   * Moves the files of one finished attempt into their tables, then writes the part's record.
   *
   * @param staged paths of the attempt's files, in the order of {@link PartRecord#paths()}; one
   *     that lies in its place already stays there
   */
  public void commit(String stage, PartRecord part, List<String> staged) throws IOException {
    List<String> paths = part.paths();
    for (int i = 0; i < staged.size(); i++) {
      if (!staged.get(i).equals(path(paths.get(i)))) {
        files.rename(staged.get(i), path(paths.get(i)));
      }
    }
    files.replace(FileStore.resolve(partsPath(stage), part.fileName()), part.json());
  }

  /** Deletes the files of attempts that were not committed. */
  public void clearStaging() throws IOException {
    files.delete(path(STAGING));
  }

  /** Deletes whatever lies in these folders of tables and artifacts and belongs to no part. */
  public void removeStrays(Set<String> folders, List<PartRecord> parts) throws IOException {
    Set<String> wanted = new HashSet<>();
    for (PartRecord part : parts) {
      part.paths().forEach(path -> wanted.add(path(path)));
    }
    for (String folder : folders) {
      if (files.exists(path(folder))) {
        for (FileEntry entry : files.listRecursively(path(folder))) {
          if (!wanted.contains(entry.path())) {
            files.delete(entry.path());
          }
        }
      }
    }
  }

  /**
   * Ends the run: manifest, then {@code _SUCCESS}; then internal tables and states of parts go, and
   * {@code latest} moves.
   */
  public void succeed(Manifest complete) throws IOException {
    files.replace(path(MANIFEST), complete.json());
    files.replace(path(SUCCESS), "");
    becomeLatest();
  }

  /** Makes {@code latest} name this run, which then needs its internal tables no more. */
  public void becomeLatest() throws IOException {
    for (FileEntry entry : files.list(path())) {
      if (entry.folder() && entry.name().startsWith("_")) {
        files.delete(entry.path());
      }
    }
    files.replace(FileStore.resolve(output, LATEST), id + "\n");
  }

  /**
   * Whether {@code latest} names no run, or one that finished before this one: the process that
   * finished this one was killed before it could say so.
   */
  public boolean shouldBeLatest() throws IOException {
    String latest = FileStore.resolve(output, LATEST);
    if (!files.exists(latest)) {
      return true;
    }
    Optional<Manifest> other = of(files, output, files.readString(latest).strip()).readManifest();
    Optional<Manifest> own = readManifest();
    return own.isPresent()
        && (other.isEmpty()
            || other.get().finished() == null
            || Instant.parse(other.get().finished()).isBefore(Instant.parse(own.get().finished())));
  }

  /** Deletes the run with all it holds. */
  public void delete() throws IOException {
    files.delete(path());
  }
}
