package dev.microtome.jobs;

import dev.microtome.config.InputPath;
import dev.microtome.jobs.spark.HadoopFileStore;
import dev.microtome.jobs.spark.ModelCopies;
import dev.microtome.jobs.spark.ParquetFiles;
import dev.microtome.model.load.ModelFiles;
import dev.microtome.run.Digest;
import dev.microtome.run.FileEntry;
import dev.microtome.run.FileStore;
import dev.microtome.run.InputException;
import dev.microtome.run.InputRecord;
import dev.microtome.run.Manifest;
import dev.microtome.run.RunDirectory;
import dev.microtome.table.RowSchema;
import dev.microtome.text.TextPart;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Finds inputs through a Hadoop file store and keeps their digests. */
final class RunInputs implements Inputs {
  private final HadoopFileStore files;
  private final Optional<String> output;
  private final JobSteps steps;
  private final ParquetFiles tables;
  private final RunInputFolders runs;
  private final TextInputs textInputs;
  private final TableInputs tableInputs;
  private final ModelInputs modelInputs;
  private final CheckpointInputs checkpointInputs;
  private final FolderInputs folderInputs;
  private final Map<InputPath, Map<String, InputRecord>> opened = new LinkedHashMap<>();
  private final Set<String> models = new HashSet<>();
  private final Set<Path> localModels = new LinkedHashSet<>();

  RunInputs(HadoopFileStore files, Optional<String> output, JobSteps steps) {
    this.files = files;
    this.output = output;
    this.steps = steps;
    tables = new ParquetFiles(files);
    runs = new RunInputFolders(files);
    textInputs = new TextInputs(files);
    tableInputs = new TableInputs(files, tables, runs);
    modelInputs = new ModelInputs(files, runs);
    checkpointInputs = new CheckpointInputs(files, runs, modelInputs);
    folderInputs = new FolderInputs(files, runs, modelInputs);
  }

  @Override
  public List<ModelFiles> modelFiles() {
    return localModels.stream().map(ModelFiles::open).toList();
  }

  /** Everything that was opened, in order. */
  List<InputRecord> records() {
    return opened.values().stream().flatMap(kinds -> kinds.values().stream()).toList();
  }

  /** Those that were opened by other paths than these. */
  List<InputRecord> recordsWithout(Set<InputPath> paths) {
    return opened.entrySet().stream()
        .filter(entry -> !paths.contains(entry.getKey()))
        .flatMap(entry -> entry.getValue().values().stream())
        .toList();
  }

  /**
   * What stands for a path in the fingerprint: digests where the path was opened, else the path.
   */
  String digest(InputPath path) {
    Map<String, InputRecord> kinds = opened.get(path);
    return kinds == null
        ? path.value()
        : kinds.values().stream()
            .map(record -> record.kind() + ":" + record.digest())
            .sorted()
            .collect(Collectors.joining(" "));
  }

  private void register(InputPath path, InputRecord input) {
    // A path may lead to several tables of one run, and to the run itself.
    opened
        .computeIfAbsent(path, unused -> new TreeMap<>())
        .put(input.kind() + " " + input.path(), input);
  }

  @Override
  public FileStore files() {
    return files;
  }

  @Override
  public TableReader tables() {
    return tables;
  }

  @Override
  public List<FileEntry> text(List<InputPath> paths, Set<String> suffixes) {
    Map<InputPath, List<FileEntry>> byPath = new LinkedHashMap<>();
    Map<String, FileEntry> found = new TreeMap<>();
    for (InputPath path : paths) {
      List<FileEntry> here = Reads.reading(path, () -> textInputs.find(path, suffixes));
      byPath.put(path, here);
      here.forEach(file -> found.put(file.path(), file));
    }
    List<FileEntry> all = List.copyOf(found.values());
    // Documents are named by what is below this folder.
    int prefix = TextPart.commonFolder(all);
    byPath.forEach((path, here) -> register(path, textRecord(path, here, prefix)));
    return all;
  }

  private InputRecord textRecord(InputPath path, List<FileEntry> here, int prefix) {
    StringBuilder facts = new StringBuilder();
    for (FileEntry file : here) {
      facts
          .append(file.path().substring(prefix))
          .append('\n')
          .append(file.bytes())
          .append(' ')
          .append(file.modifiedMillis())
          .append('\n');
    }
    return new InputRecord(
        "text",
        Reads.reading(path, () -> files.qualify(path.value())),
        Digest.of(facts.toString()),
        here.size(),
        -1,
        here.stream().mapToLong(FileEntry::bytes).sum(),
        InputRecord.runsOf(here.stream().map(FileEntry::path).toList()));
  }

  @Override
  public TableInput table(InputPath path, String table, Class<? extends Record> rowType) {
    return table(path, table, Optional.of(RowSchema.of(rowType)));
  }

  @Override
  public TableInput table(InputPath path, String table) {
    return table(path, table, Optional.empty());
  }

  private TableInput table(InputPath path, String table, Optional<RowSchema> wanted) {
    TableInput found = Reads.reading(path, () -> tableInputs.find(path, table, wanted));
    register(
        path,
        new InputRecord(
            "table",
            found.path(),
            found.digest(),
            found.files().size(),
            found.rows(),
            found.files().stream().mapToLong(TableInput.TableFile::bytes).sum(),
            InputRecord.runsOf(List.of(found.path()))));
    return found;
  }

  @Override
  public RunInput run(InputPath path) {
    return Reads.reading(
        path,
        () -> {
          RunDirectory run =
              runs.at(files.qualify(path.value()))
                  .orElseThrow(
                      () -> new InputException("Run " + path + ": no run and no output folder"));
          Manifest manifest = runs.finished("Run " + path, run);
          String file = run.path(RunDirectory.MANIFEST);
          register(
              path,
              new InputRecord(
                  "run",
                  run.path(),
                  Digest.of(files, file),
                  1,
                  -1,
                  files.status(file).map(FileEntry::bytes).orElse(0L),
                  List.of(run.path())));
          return new RunInput(run.path(), manifest);
        });
  }

  @Override
  public ModelFolder model(InputPath path) {
    ModelFolder model =
        Reads.reading(
            path,
            () ->
                checkpointInputs.leadsToSteps(path)
                    ? checkpointInputs.last(path)
                    : modelInputs.open(path));
    models.add(model.digest());
    register(
        path,
        new InputRecord(
            "model",
            model.path(),
            model.digest(),
            model.files().size(),
            -1,
            model.files().stream().mapToLong(ModelFolder.ModelFile::bytes).sum(),
            InputRecord.runsOf(List.of(model.path()))));
    return model;
  }

  @Override
  public List<ModelFolder> folders(InputPath path, String artifact, String file) {
    List<ModelFolder> found = Reads.reading(path, () -> folderInputs.find(path, artifact, file));
    register(
        path,
        new InputRecord(
            artifact,
            Reads.reading(path, () -> files.qualify(path.value())),
            FolderInputs.digest(found),
            found.stream().mapToLong(folder -> folder.files().size()).sum(),
            -1,
            found.stream()
                .flatMap(folder -> folder.files().stream())
                .mapToLong(ModelFolder.ModelFile::bytes)
                .sum(),
            InputRecord.runsOf(found.stream().map(ModelFolder::path).toList())));
    return found;
  }

  @Override
  public List<Checkpoint> checkpoints(List<InputPath> paths) {
    Map<InputPath, List<Checkpoint>> found = checkpointInputs.find(paths);
    found.values().stream()
        .flatMap(List::stream)
        .forEach(checkpoint -> models.add(checkpoint.folder().digest()));
    found.forEach(
        (path, checkpoints) ->
            register(
                path,
                new InputRecord(
                    "checkpoints",
                    Reads.reading(path, () -> files.qualify(path.value())),
                    CheckpointInputs.digest(checkpoints),
                    checkpoints.stream().mapToLong(one -> one.folder().files().size()).sum(),
                    -1,
                    checkpoints.stream()
                        .flatMap(one -> one.folder().files().stream())
                        .mapToLong(ModelFolder.ModelFile::bytes)
                        .sum(),
                    InputRecord.runsOf(
                        checkpoints.stream().map(one -> one.folder().path()).toList()))));
    return found.values().stream().flatMap(List::stream).distinct().sorted().toList();
  }

  @Override
  public FileEntry file(InputPath path) {
    return file(path, path.value());
  }

  @Override
  public FileEntry file(InputPath path, String file) {
    return Reads.reading(
        path,
        () -> {
          FileEntry found =
              files
                  .status(file)
                  .filter(entry -> !entry.folder())
                  .orElseThrow(() -> new InputException("Input " + path + ": no such file"));
          String sha256 = Digest.of(files, found.path());
          runs.requireAsWritten(found.path(), sha256);
          register(
              path,
              new InputRecord(
                  "file",
                  found.path(),
                  sha256,
                  1,
                  -1,
                  found.bytes(),
                  InputRecord.runsOf(List.of(found.path()))));
          return found;
        });
  }

  @Override
  public Optional<String> output() {
    return output;
  }

  @Override
  public JobSteps steps() {
    return steps;
  }

  @Override
  public Path local(ModelFolder model) throws IOException {
    Path local = ModelCopies.folder(files, model);
    if (models.contains(model.digest())) {
      localModels.add(local);
    }
    return local;
  }
}
