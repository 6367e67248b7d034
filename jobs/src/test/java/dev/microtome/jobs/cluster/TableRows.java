package dev.microtome.jobs.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.example.GroupReadSupport;

/** Rows of a finished run, read with Parquet's own reader and not with ours. */
final class TableRows {
  private TableRows() {}

  /**
   * All rows of a table of the run that {@code latest} names, as text, in the order of files and
   * rows.
   */
  static List<String> of(Path output, String table) throws IOException {
    Path run = output.resolve(Files.readString(output.resolve("latest")).strip());
    if (!Files.exists(run.resolve("_SUCCESS"))) {
      throw new IllegalStateException(run + " has no _SUCCESS");
    }
    List<Path> files;
    try (Stream<Path> listing = Files.list(run.resolve(table))) {
      files = listing.filter(file -> file.toString().endsWith(".parquet")).sorted().toList();
    }
    List<String> rows = new ArrayList<>();
    for (Path file : files) {
      try (ParquetReader<Group> reader =
          ParquetReader.builder(new GroupReadSupport(), new org.apache.hadoop.fs.Path(file.toUri()))
              .withConf(new Configuration())
              .build()) {
        for (Group row = reader.read(); row != null; row = reader.read()) {
          rows.add(row.toString());
        }
      }
    }
    return rows;
  }
}
