package dev.microtome.jobs;

import dev.microtome.config.InputPath;
import dev.microtome.jobs.spark.FooterFacts;
import dev.microtome.jobs.spark.HadoopFileStore;
import dev.microtome.jobs.spark.ModelCopies;
import dev.microtome.jobs.spark.ParquetFiles;
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
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;

/** Finds inputs through a Hadoop file store and keeps their digests. */
final class RunInputs implements Inputs {
  // Footers and digests wait for the file system more than for a core.
  private static final int READERS = 16;

  private final HadoopFileStore files;
  private final ParquetFiles tables;
  private final Map<InputPath, Map<String, InputRecord>> opened = new LinkedHashMap<>();

  RunInputs(HadoopFileStore files) {
    this.files = files;
    tables = new ParquetFiles(files);
  }

  /** Everything that was opened, in order. */
  List<InputRecord> records() {
    return opened.values().stream().flatMap(kinds -> kinds.values().stream()).toList();
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
    opened.computeIfAbsent(path, unused -> new TreeMap<>()).put(input.kind(), input);
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
      List<FileEntry> here = reading(path, () -> texts(path, suffixes));
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
        reading(path, () -> files.qualify(path.value())),
        Digest.of(facts.toString()),
        here.size(),
        -1,
        here.stream().mapToLong(FileEntry::bytes).sum());
  }

  private List<FileEntry> texts(InputPath path, Set<String> suffixes) throws IOException {
    Optional<FileEntry> entry = files.status(path.value());
    List<FileEntry> starts;
    if (entry.isPresent()) {
      if (!entry.get().folder() && !hasSuffix(entry.get(), suffixes)) {
        throw new InputException(
            "Input "
                + path
                + ": not a text file by its name (must end with "
                + all(suffixes)
                + ")");
      }
      starts = List.of(entry.get());
    } else {
      starts = isPattern(path) ? files.glob(path.value()) : List.of();
      if (starts.isEmpty()) {
        throw new InputException(
            "Input " + path + (isPattern(path) ? ": no file matches" : ": no such file or folder"));
      }
    }
    List<FileEntry> found = new ArrayList<>();
    for (FileEntry start : starts) {
      if (start.folder()) {
        for (FileEntry file : files.listRecursively(start.path())) {
          if (hasSuffix(file, suffixes) && !isHidden(file, start)) {
            found.add(file);
          }
        }
      } else if (hasSuffix(start, suffixes)) {
        found.add(start);
      }
    }
    if (found.isEmpty()) {
      throw new InputException(
          "Input " + path + ": holds no text file (names ending with " + all(suffixes) + ")");
    }
    return found;
  }

  private static boolean isPattern(InputPath path) {
    return path.value().chars().anyMatch(c -> "*?[{".indexOf(c) >= 0);
  }

  private static boolean hasSuffix(FileEntry file, Set<String> suffixes) {
    return suffixes.stream().anyMatch(file.name()::endsWith);
  }

  private static String all(Set<String> suffixes) {
    return suffixes.stream().sorted().collect(Collectors.joining(", "));
  }

  private static boolean isHidden(FileEntry file, FileEntry folder) {
    String relative = file.path().substring(folder.path().length());
    return relative.contains("/.") || relative.contains("/_");
  }

  @Override
  public TableInput table(InputPath path, String table, Class<? extends Record> rowType) {
    TableInput found = reading(path, () -> findTable(path, table, RowSchema.of(rowType)));
    register(
        path,
        new InputRecord(
            "table",
            found.path(),
            found.digest(),
            found.files().size(),
            found.rows(),
            found.files().stream().mapToLong(TableInput.TableFile::bytes).sum()));
    return found;
  }

  private TableInput findTable(InputPath path, String table, RowSchema wanted) throws IOException {
    FileEntry entry =
        files
            .status(path.value())
            .orElseThrow(() -> new InputException("Table " + path + ": no such file or folder"));
    String folder = entry.path();
    if (!entry.folder()) {
      return plainTable(path, folder, List.of(entry), wanted);
    } else if (files.exists(FileStore.resolve(folder, RunDirectory.LATEST))) {
      String id = files.readString(FileStore.resolve(folder, RunDirectory.LATEST)).strip();
      if (!id.matches("[A-Za-z0-9-]+")) {
        throw new InputException(
            FileStore.resolve(folder, RunDirectory.LATEST) + ": not the id of a run: " + id);
      }
      return runTable(path, RunDirectory.of(files, folder, id), table, wanted);
    }
    Optional<RunDirectory> run = run(folder);
    if (run.isPresent()) {
      return runTable(path, run.get(), table, wanted);
    }
    String parent = folder.substring(0, folder.lastIndexOf('/'));
    run = parent.indexOf('/') < 0 ? Optional.empty() : run(parent);
    if (run.isPresent()) {
      return runTable(path, run.get(), entry.name(), wanted);
    }
    List<FileEntry> parquet =
        files.listRecursively(folder).stream()
            .filter(file -> file.name().endsWith(".parquet") && !isHidden(file, entry))
            .toList();
    if (parquet.stream().anyMatch(file -> isInRun(file, folder))) {
      throw new InputException(
          "Table " + path + ": an output folder without a finished run (no file 'latest')");
    }
    return plainTable(path, folder, parquet, wanted);
  }

  private static boolean isInRun(FileEntry file, String folder) {
    String relative = file.path().substring(folder.length() + 1);
    return RunDirectory.isId(relative.replaceFirst("/.*", ""));
  }

  private Optional<RunDirectory> run(String folder) throws IOException {
    if (!files.exists(FileStore.resolve(folder, RunDirectory.MANIFEST))) {
      return Optional.empty();
    }
    int slash = folder.lastIndexOf('/');
    return Optional.of(
        RunDirectory.of(files, folder.substring(0, slash), folder.substring(slash + 1)));
  }

  private TableInput runTable(InputPath path, RunDirectory run, String name, RowSchema wanted)
      throws IOException {
    if (!run.succeeded()) {
      throw new InputException(
          "Table "
              + path
              + ": run "
              + run.id()
              + " has no "
              + RunDirectory.SUCCESS
              + ": it failed, was killed or is still being written");
    }
    Manifest manifest =
        Manifest.parse(
            files.readString(run.path(RunDirectory.MANIFEST)), run.path(RunDirectory.MANIFEST));
    Manifest.Table table = manifest.tables().get(name);
    if (table == null) {
      throw new InputException(
          "Table "
              + path
              + ": run "
              + run.id()
              + " of "
              + manifest.job()
              + " has no table '"
              + name
              + "' (it has "
              + String.join(", ", manifest.tables().keySet())
              + ")");
    }
    Optional<String> damage = run.damage();
    if (damage.isPresent()) {
      throw new InputException("Table " + path + " is damaged: " + damage.get());
    }
    StringBuilder facts = new StringBuilder();
    List<TableInput.TableFile> list = new ArrayList<>();
    for (Manifest.File file : table.files()) {
      facts.append(file.path()).append(' ').append(file.sha256()).append('\n');
      list.add(new TableInput.TableFile(run.path(file.path()), file.rows(), file.bytes()));
    }
    if (!list.isEmpty()) {
      requireFit(path, list.get(0).path(), tables.footer(list.get(0).path(), Optional.of(wanted)));
    }
    return new TableInput(run.tablePath(name), Digest.of(facts.toString()), list, table.metadata());
  }

  private TableInput plainTable(
      InputPath path, String folder, List<FileEntry> parquet, RowSchema wanted) throws IOException {
    if (parquet.isEmpty()) {
      throw new InputException("Table " + path + ": holds no .parquet file");
    }
    List<FooterFacts> footers =
        inParallel(parquet, file -> tables.footer(file.path(), Optional.of(wanted)));
    StringBuilder facts = new StringBuilder();
    List<TableInput.TableFile> list = new ArrayList<>();
    for (int i = 0; i < parquet.size(); i++) {
      FileEntry file = parquet.get(i);
      requireFit(path, file.path(), footers.get(i));
      requireAgreement(path, parquet.get(0).path(), footers.get(0), file.path(), footers.get(i));
      list.add(new TableInput.TableFile(file.path(), footers.get(i).rows(), file.bytes()));
      facts
          .append(file.path().substring(folder.length()))
          .append('\n')
          .append(file.bytes())
          .append(' ')
          .append(file.modifiedMillis())
          .append(' ')
          .append(footers.get(i).rows())
          .append('\n');
    }
    return new TableInput(folder, Digest.of(facts.toString()), list, footers.get(0).metadata());
  }

  /** Rows of two tokenizers, say, are not one table. */
  private static void requireAgreement(
      InputPath path, String first, FooterFacts facts, String other, FooterFacts otherFacts) {
    Map<String, String> ours = facts.metadata();
    Map<String, String> theirs = otherFacts.metadata();
    Set<String> keys = new TreeSet<>(ours.keySet());
    keys.addAll(theirs.keySet());
    for (String key : keys) {
      if (!Objects.equals(ours.get(key), theirs.get(key))) {
        throw new InputException(
            "Table %s: its files disagree about '%s': %s in %s, %s in %s"
                .formatted(
                    path,
                    key,
                    ours.getOrDefault(key, "nothing"),
                    first,
                    theirs.getOrDefault(key, "nothing"),
                    other));
      }
    }
  }

  private static void requireFit(InputPath path, String file, FooterFacts footer) {
    if (footer.misfit() != null) {
      throw new InputException("Table " + path + ": " + file + ": " + footer.misfit());
    }
  }

  @Override
  public ModelFolder model(InputPath path) {
    ModelFolder model =
        reading(
            path,
            () -> {
              FileEntry folder =
                  files
                      .status(path.value())
                      .filter(FileEntry::folder)
                      .orElseThrow(() -> new InputException("Model " + path + ": no such folder"));
              List<FileEntry> parts =
                  files.list(folder.path()).stream()
                      .filter(
                          file ->
                              !file.folder()
                                  && file.name()
                                      .matches("[^._].*\\.(json|safetensors|txt|model|jinja)"))
                      .toList();
              if (parts.isEmpty()) {
                throw new InputException(
                    "Model " + path + ": holds neither config.json nor *.safetensors");
              }
              List<String> digests = inParallel(parts, file -> Digest.of(files, file.path()));
              List<ModelFolder.ModelFile> list = new ArrayList<>();
              StringBuilder facts = new StringBuilder();
              for (int i = 0; i < parts.size(); i++) {
                FileEntry file = parts.get(i);
                list.add(new ModelFolder.ModelFile(file.name(), file.bytes(), digests.get(i)));
                facts.append(file.name()).append('\n').append(digests.get(i)).append('\n');
              }
              return new ModelFolder(folder.path(), Digest.of(facts.toString()), list);
            });
    register(
        path,
        new InputRecord(
            "model",
            model.path(),
            model.digest(),
            model.files().size(),
            -1,
            model.files().stream().mapToLong(ModelFolder.ModelFile::bytes).sum()));
    return model;
  }

  @Override
  public FileEntry file(InputPath path) {
    return file(path, path.value());
  }

  @Override
  public FileEntry file(InputPath path, String file) {
    return reading(
        path,
        () -> {
          FileEntry found =
              files
                  .status(file)
                  .filter(entry -> !entry.folder())
                  .orElseThrow(() -> new InputException("Input " + path + ": no such file"));
          register(
              path,
              new InputRecord(
                  "file", found.path(), Digest.of(files, found.path()), 1, -1, found.bytes()));
          return found;
        });
  }

  @Override
  public Path local(ModelFolder model) throws IOException {
    return ModelCopies.folder(files, model);
  }

  private static <T> T reading(InputPath path, Callable<T> action) {
    try {
      return action.call();
    } catch (IOException e) {
      throw new InputException("Cannot read " + path + ": " + Reasons.of(e), e);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private interface Reader<T> {
    T read(FileEntry file) throws IOException;
  }

  private static <T> List<T> inParallel(List<FileEntry> entries, Reader<T> reader)
      throws IOException {
    ExecutorService readers = Executors.newFixedThreadPool(Math.min(READERS, entries.size()));
    try {
      List<Future<T>> futures = new ArrayList<>();
      for (FileEntry entry : entries) {
        futures.add(readers.submit(() -> reader.read(entry)));
      }
      List<T> results = new ArrayList<>();
      for (Future<T> future : futures) {
        results.add(future.get());
      }
      return results;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw new IOException(cause.getMessage(), cause);
      } else if (e.getCause() instanceof InputException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UncheckedIOException(new IOException("stopped while reading inputs", e));
    } finally {
      readers.shutdownNow();
    }
  }
}
