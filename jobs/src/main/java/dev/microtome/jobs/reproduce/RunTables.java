package dev.microtome.jobs.reproduce;

import dev.microtome.jobs.TableReader;
import dev.microtome.jobs.spark.HadoopFileStore;
import dev.microtome.jobs.spark.ParquetFiles;
import dev.microtome.run.InputException;
import dev.microtome.table.RowReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;

/** The tables that a pipeline's steps wrote, each step below one output folder. */
final class RunTables {
  private final Path output;
  private final TableReader reader;

  RunTables(Path output) {
    this.output = output;
    this.reader = new ParquetFiles(new HadoopFileStore(new Configuration()));
  }

  /**
   * All rows of a table of a step's newest finished run, in the order of its files.
   *
   * @throws InputException if the step has no finished run, or that has no such table
   */
  <R extends Record> List<R> rows(String step, String table, Class<R> rowType) {
    try {
      Path latest = output.resolve(step).resolve("latest");
      if (!Files.exists(latest)) {
        throw new InputException("Step %s of %s has no finished run".formatted(step, output));
      }
      Path folder = latest.resolveSibling(Files.readString(latest).strip()).resolve(table);
      if (!Files.isDirectory(folder)) {
        throw new InputException("Run %s has no table %s".formatted(folder.getParent(), table));
      }
      List<R> all = new ArrayList<>();
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file :
            files.filter(each -> each.toString().endsWith(".parquet")).sorted().toList()) {
          try (RowReader<R> rows = reader.read(file.toString(), rowType)) {
            rows.forEachRemaining(all::add);
          }
        }
      }
      return all;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
