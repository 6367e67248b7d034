package dev.microtome.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.microtome.run.InputException;
import dev.microtome.run.LocalFileStore;
import dev.microtome.table.RowReader;
import dev.microtome.text.TokenRow;
import dev.microtome.text.TokenSequence;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.LongStream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever bytes of a Parquet file are changed, it is read or refused by its name. */
class ParquetMutationTest {
  private static final int ROWS = 40;

  @TempDir private Path folder;

  private final ParquetFiles parquet = new ParquetFiles(new HadoopFileStore(new Configuration()));

  private Path file;
  private byte[] bytes;

  @BeforeEach
  void write() throws IOException {
    file = folder.resolve("tokens.parquet");
    try (PageCompressor compressor = new PageCompressor();
        ParquetRows<TokenRow> writer =
            new ParquetRows<>(
                new LocalFileStore(), file.toString(), TokenRow.TABLE, 1 << 20, compressor)) {
      for (int id = 0; id < ROWS; id++) {
        int[] tokens = new int[1 + id % 9];
        Arrays.setAll(tokens, i -> i * 3);
        writer.write(new TokenRow(id, "document " + id % 5, tokens));
      }
    }
    bytes = Files.readAllBytes(file);
  }

  static LongStream seeds() {
    return LongStream.range(0, 150);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void aMutantIsReadOrRefusedByItsName(long seed) throws IOException {
    Random random = new Random(seed);
    int changes = 1 + random.nextInt(8);
    for (int i = 0; i < changes; i++) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
    }
    Files.write(file, bytes);

    readOrRefused();
  }

  @Test
  void pageHeaderThatIsNoneIsTheUsersError() throws IOException {
    for (int i = 10; i < 40; i++) {
      bytes[i] ^= (byte) 0xff;
    }
    Files.write(file, bytes);

    assertThatExceptionOfType(InputException.class)
        .isThrownBy(this::read)
        .withMessageStartingWith(file + ": not a readable Parquet file: ");
  }

  private void readOrRefused() throws IOException {
    try {
      read();
    } catch (InputException e) {
      assertThat(e).hasMessageStartingWith(file + ": ");
      assertThat(e.getMessage()).doesNotContain("\n");
    }
  }

  /** All that plans and tasks do with a table. */
  private void read() throws IOException {
    parquet.rows(file.toString(), 0, bytes.length / 2);
    parquet.rowGroups(file.toString(), "sequence_id");
    try (RowReader<TokenSequence> rows = parquet.read(file.toString(), TokenSequence.class)) {
      while (rows.hasNext()) {
        rows.next();
      }
    }
    try (RowReader<TokenRow> rows = parquet.read(file.toString(), TokenRow.class, 5, 25)) {
      while (rows.hasNext()) {
        rows.next();
      }
    }
  }
}
