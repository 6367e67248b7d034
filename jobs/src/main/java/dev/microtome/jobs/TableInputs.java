package dev.microtome.jobs;

import dev.microtome.config.InputPath;
import dev.microtome.jobs.spark.FooterFacts;
import dev.microtome.jobs.spark.ParquetFiles;
import dev.microtome.run.Digest;
import dev.microtome.run.FileEntry;
import dev.microtome.run.FileStore;
import dev.microtome.run.InputException;
import dev.microtome.run.Manifest;
import dev.microtome.run.RunDirectory;
import dev.microtome.table.RowSchema;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Finds tables: those of runs, and plain folders of Parquet files. */
final class TableInputs {
  private final FileStore files;
  private final ParquetFiles tables;
  private final RunInputFolders runs;

  TableInputs(FileStore files, ParquetFiles tables, RunInputFolders runs) {
    this.files = files;
    this.tables = tables;
    this.runs = runs;
  }

  /** The table of that name and with those columns, if any must be there, behind a path. */
  TableInput find(InputPath path, String table, Optional<RowSchema> wanted) throws IOException {
    FileEntry entry =
        files
            .status(path.value())
            .orElseThrow(() -> new InputException("Table " + path + ": no such file or folder"));
    String folder = entry.path();
    if (!entry.folder()) {
      return plainTable(path, folder, List.of(entry), wanted);
    }
    Optional<RunDirectory> run = runs.at(folder);
    if (run.isPresent()) {
      return runTable(path, run.get(), table, wanted);
    }
    Optional<String> parent = Paths.parent(folder);
    run = parent.isEmpty() ? Optional.empty() : runs.named(parent.get());
    if (run.isPresent()) {
      return runTable(path, run.get(), entry.name(), wanted);
    }
    List<FileEntry> parquet =
        files.listRecursively(folder).stream()
            .filter(file -> file.name().endsWith(".parquet") && !Paths.isHidden(file, entry))
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

  private TableInput runTable(
      InputPath path, RunDirectory run, String name, Optional<RowSchema> wanted)
      throws IOException {
    Manifest manifest = runs.finished("Table " + path, run);
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
    StringBuilder facts = new StringBuilder();
    List<TableInput.TableFile> list = new ArrayList<>();
    for (Manifest.File file : table.files()) {
      facts.append(file.path()).append(' ').append(file.sha256()).append('\n');
      list.add(
          new TableInput.TableFile(
              run.path(file.path()), file.rows(), file.bytes(), file.sha256()));
    }
    if (!list.isEmpty()) {
      requireFit(path, list.get(0).path(), tables.footer(list.get(0).path(), wanted));
    }
    return new TableInput(run.tablePath(name), Digest.of(facts.toString()), list, table.metadata());
  }

  private TableInput plainTable(
      InputPath path, String folder, List<FileEntry> parquet, Optional<RowSchema> wanted)
      throws IOException {
    if (parquet.isEmpty()) {
      throw new InputException("Table " + path + ": holds no .parquet file");
    }
    List<FooterFacts> footers =
        Reads.inParallel(parquet, file -> tables.footer(file.path(), wanted));
    StringBuilder facts = new StringBuilder();
    List<TableInput.TableFile> list = new ArrayList<>();
    for (int i = 0; i < parquet.size(); i++) {
      FileEntry file = parquet.get(i);
      requireFit(path, file.path(), footers.get(i));
      requireAgreement(path, parquet.get(0).path(), footers.get(0), file.path(), footers.get(i));
      list.add(
          new TableInput.TableFile(
              file.path(),
              footers.get(i).rows(),
              file.bytes(),
              Digest.of(file.bytes() + " " + file.modifiedMillis())));
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
}
