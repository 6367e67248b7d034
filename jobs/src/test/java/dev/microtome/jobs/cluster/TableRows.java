package dev.microtome.jobs.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;

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
          rows.add(text(row));
        }
      }
    }
    return rows;
  }

  /**
   * Values by column; long binary values by their checksum, which keeps a whole table in memory.
   */
  private static String text(Group row) {
    StringBuilder text = new StringBuilder();
    for (Type column : row.getType().getFields()) {
      boolean bytes =
          column.isPrimitive()
              && column.asPrimitiveType().getPrimitiveTypeName() == PrimitiveTypeName.BINARY
              && column.getLogicalTypeAnnotation() == null;
      text.append(column.getName()).append('=');
      if (bytes) {
        CRC32C checksum = new CRC32C();
        checksum.update(row.getBinary(column.getName(), 0).getBytes());
        text.append(checksum.getValue());
      } else if (column.isPrimitive()) {
        text.append(row.getValueToString(row.getType().getFieldIndex(column.getName()), 0));
      } else {
        text.append(row.getGroup(column.getName(), 0));
      }
      text.append(' ');
    }
    return text.toString();
  }
}
