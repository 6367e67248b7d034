package dev.microtome.jobs.quickstart;

import dev.microtome.activations.ActivationCodec;
import dev.microtome.activations.ActivationRow;
import dev.microtome.jobs.TableReader;
import dev.microtome.jobs.spark.HadoopFileStore;
import dev.microtome.jobs.spark.ParquetFiles;
import dev.microtome.table.RowReader;
import dev.microtome.text.TokenRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;

/** Shows the first rows of what the quick start wrote, as a notebook would find them. */
final class FirstRows {
  private static final int ROWS = 4;
  private static final int VALUES = 5;

  private FirstRows() {}

  static void print(Path output) throws IOException {
    TableReader tables = new ParquetFiles(new HadoopFileStore(new Configuration()));
    System.out.println("\ntokens: sequence_id, document, tokens");
    show(
        tables,
        firstFile(output.resolve("tokens"), "tokens"),
        TokenRow.class,
        row ->
            System.out.printf(
                "  %d  %s  %s … (%d tokens)%n",
                row.sequenceId(),
                row.document(),
                Arrays.toString(Arrays.copyOf(row.tokens(), 8)),
                row.tokens().length));
    System.out.println("\nactivations: hook, sequence_id, position, token_id, activation");
    show(
        tables,
        firstFile(output.resolve("activations"), "activations"),
        ActivationRow.class,
        row -> {
          float[] values = ActivationCodec.FLOAT32.decode(row.activation());
          System.out.printf(
              Locale.ROOT,
              "  %s  %d  %d  %d  %s … (%d values)%n",
              row.hook(),
              row.sequenceId(),
              row.position(),
              row.tokenId(),
              Arrays.toString(Arrays.copyOf(values, VALUES)),
              values.length);
        });
  }

  private static <R extends Record> void show(
      TableReader tables, Path file, Class<R> type, Consumer<R> printer) throws IOException {
    try (RowReader<R> rows = tables.read(file.toString(), type)) {
      for (int i = 0; i < ROWS && rows.hasNext(); i++) {
        printer.accept(rows.next());
      }
    }
  }

  private static Path firstFile(Path jobOutput, String table) throws IOException {
    String run = Files.readString(jobOutput.resolve("latest")).strip();
    try (Stream<Path> files = Files.list(jobOutput.resolve(run).resolve(table))) {
      return files
          .filter(file -> file.toString().endsWith(".parquet"))
          .sorted()
          .findFirst()
          .orElseThrow();
    }
  }
}
