package dev.microtome.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.microtome.jobs.LocalSpark;
import dev.microtome.jobs.TableReader;
import dev.microtome.run.FileStore;
import dev.microtome.run.InputException;
import dev.microtome.run.LocalFileStore;
import dev.microtome.run.RejectedContentException;
import dev.microtome.table.Column;
import dev.microtome.table.RowReader;
import dev.microtome.table.TableSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LocalSpark.class)
class ParquetFilesTest {
  @SuppressWarnings("ArrayRecordComponent") // a row at the Parquet border
  record VectorRow(
      @Column(doc = "its number") long id,
      @Column(doc = "bulk") byte[] activation,
      @Column(doc = "tokens") int[] tokens,
      @Column(doc = "values") float[] values,
      @Column(doc = "words") String[] words) {}

  private static final TableSpec<VectorRow> TABLE =
      TableSpec.of("vectors", VectorRow.class, "doc").withMetadata(Map.of("shape", "[4096]"));

  @TempDir private Path folder;

  private final ParquetFiles parquet = new ParquetFiles(new HadoopFileStore(new Configuration()));

  private static VectorRow row(long id) {
    byte[] bytes = new byte[4096];
    new Random(id).nextBytes(bytes);
    int[] tokens = new int[(int) (id % 100)];
    Arrays.setAll(tokens, i -> (int) id + i);
    return new VectorRow(
        id,
        bytes,
        tokens,
        id % 7 == 0 ? new float[0] : new float[] {id, -id, Float.NaN},
        id % 2 == 0 ? new String[0] : new String[] {"", "w" + id});
  }

  /** All values, NaN equal to NaN. */
  private static String text(VectorRow row) {
    return row.id()
        + Arrays.toString(row.activation())
        + Arrays.toString(row.tokens())
        + Arrays.toString(row.values())
        + Arrays.toString(row.words());
  }

  /** 600 rows of 4 kB in row groups of 1 MB. */
  private Path write(String name) throws IOException {
    Path file = folder.resolve(name);
    try (PageCompressor compressor = new PageCompressor();
        ParquetRows<VectorRow> writer =
            new ParquetRows<>(new LocalFileStore(), file.toString(), TABLE, 1 << 20, compressor)) {
      for (long id = 0; id < 600; id++) {
        writer.write(row(id));
      }
    }
    return file;
  }

  private <R extends Record> List<R> all(RowReader<R> reader) throws IOException {
    List<R> rows = new ArrayList<>();
    try (reader) {
      reader.forEachRemaining(rows::add);
    }
    return rows;
  }

  @ParameterizedTest
  @CsvSource({"0,600", "0,1", "599,600", "1,599", "277,433", "500,500", "600,600"})
  void readsAnyRangeOfRows(long from, long to) throws IOException {
    Path file = write("x.parquet");
    assertThat(parquet.footer(file.toString(), Optional.empty()).rows()).isEqualTo(600);

    List<VectorRow> rows = all(parquet.read(file.toString(), VectorRow.class, from, to));

    assertThat(rows).hasSize((int) (to - from));
    for (int i = 0; i < rows.size(); i++) {
      assertThat(text(rows.get(i))).isEqualTo(text(row(from + i)));
    }
  }

  @Test
  void refusesARangeBeyondTheEnd() throws IOException {
    Path file = write("x.parquet");
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> parquet.read(file.toString(), VectorRow.class, 10, 601))
        .withMessage(file + ": rows 10 to 601 are needed, the file has 600");
  }

  @Test
  void sparkReadsTheSameRows() throws IOException {
    write("x.parquet");
    Dataset<Row> table = session().read().parquet(folder.toString());

    assertThat(table.schema().toDDL())
        .isEqualTo(
            "id BIGINT,activation BINARY,tokens ARRAY<INT>,values ARRAY<FLOAT>,words ARRAY<STRING>");
    assertThat(table.count()).isEqualTo(600);
    Row row = table.filter("id = 133").first();
    assertThat((byte[]) row.get(1)).isEqualTo(row(133).activation());
    assertThat(row.getList(2)).hasSize(33).startsWith(133, 134);
    assertThat(row.getList(4)).isEqualTo(List.of("", "w133"));
    assertThat(table.filter("size(words) = 0").count()).isEqualTo(300);
  }

  private static SparkSession session() {
    return SparkSession.builder().getOrCreate();
  }

  record TextRow(@Column(doc = "words") List<String> words, @Column(doc = "n") long number) {}

  @Test
  void readsWhatSparkWroteWithOptionalColumns() throws IOException {
    session()
        .sql(
            "SELECT CAST(id AS INT) AS number, array('a', string(id)) AS words, 1.5D AS other FROM range(5)"
                + " UNION ALL SELECT 9, array(), 0D")
        .coalesce(1)
        .write()
        .parquet(folder.resolve("s").toString());

    List<TextRow> rows = all(parquet.read(only(folder.resolve("s")), TextRow.class));

    assertThat(rows).hasSize(6).contains(new TextRow(List.of("a", "3"), 3));
    assertThat(rows).contains(new TextRow(List.of(), 9));
  }

  record NumberRow(@Column(doc = "n") long number) {}

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "null | null in row 0",
        "'text' | STRING, needed is LONG",
        "array(1L) | ARRAY<LONG>, needed is LONG",
        "1.5D | DOUBLE, needed is LONG",
        "struct(1L as a) | STRUCT<a LONG>, needed is LONG",
        "array(struct(1L as a)) | ARRAY<STRUCT<a LONG>>, needed is LONG",
        "cast(1.5 as decimal(3,1)) | INT (DECIMAL(3,1)), needed is LONG",
        "cast(1.5 as decimal(12,1)) | LONG (DECIMAL(12,1)), needed is LONG",
        "date'2026-11-26' | INT (DATE), needed is LONG",
        "timestamp'2026-11-26 10:00:00' | TIMESTAMP, needed is LONG"
      },
      quoteCharacter = '`')
  void refusesNullsAndColumnsThatDoNotFit(String value, String problem) throws IOException {
    session()
        .sql("SELECT IF(id < 0, 1L, NULL) AS maybe, " + value + " AS number FROM range(3)")
        .selectExpr(value.equals("null") ? "maybe AS number" : "number")
        .coalesce(1)
        .write()
        .parquet(folder.resolve("s").toString());
    String file = only(folder.resolve("s"));

    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> all(parquet.read(file, NumberRow.class)))
        .withMessage(file + ": column number is " + problem);
  }

  @SuppressWarnings("ArrayRecordComponent") // lives as long as an assertion
  record IntsRow(@Column(doc = "n") int number, @Column(doc = "l") int[] list) {}

  /** DuckDB, pandas and pyarrow write whole numbers in 64 bits. */
  @ParameterizedTest
  @ValueSource(strings = {"LONG", "INT", "SMALLINT", "TINYINT"})
  void wholeNumbersAreReadWhateverTheirWidth(String type) throws IOException {
    List<IntsRow> rows =
        all(
            parquet.read(
                numbers("CAST(id - 2 AS %s)".formatted(type), "CAST(id AS %s)".formatted(type)),
                IntsRow.class));
    assertThat(rows).extracting(IntsRow::number).containsExactly(-2, -1, 0, 1, 2);
    assertThat(rows.get(3).list()).containsExactly(3, 3);
  }

  @Test
  void refusesWholeNumbersThatAnIntDoesNotHold() throws IOException {
    String least = numbers("-2147483645L - id", "0L"); // the fourth is the least int
    assertThatExceptionOfType(RejectedContentException.class)
        .isThrownBy(() -> all(parquet.read(least, IntsRow.class)))
        .withMessage(
            least
                + ": column number is -2147483649 in row 4, expected a whole number from -2147483648 to 2147483647");
    try (RowReader<IntsRow> rows = parquet.read(least, IntsRow.class, 3, 4)) {
      assertThat(rows.next().number()).isEqualTo(Integer.MIN_VALUE);
    }
    String largest = numbers("1L", "2147483646L + id");
    assertThatExceptionOfType(RejectedContentException.class)
        .isThrownBy(() -> all(parquet.read(largest, IntsRow.class)))
        .withMessageContaining("column list is 2147483648 in row 2, expected");
  }

  private String numbers(String number, String element) throws IOException {
    session()
        .sql(
            "SELECT %s AS number, array(%s, %2$s) AS list FROM range(5)".formatted(number, element))
        .coalesce(1)
        .write()
        .mode("overwrite")
        .parquet(folder.resolve("n").toString());
    return only(folder.resolve("n"));
  }

  @Test
  void readsColumnsUnderOtherNames() throws IOException {
    session()
        .sql("SELECT id AS n FROM range(3)")
        .coalesce(1)
        .write()
        .parquet(folder.resolve("s").toString());
    String file = only(folder.resolve("s"));

    assertThat(all(parquet.read(file, NumberRow.class, Map.of("number", "n"), 0, 3)))
        .containsExactly(new NumberRow(0), new NumberRow(1), new NumberRow(2));
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> parquet.read(file, NumberRow.class))
        .withMessage(file + ": no column number LONG");
  }

  @SuppressWarnings("ArrayRecordComponent") // lives as long as an assertion
  record ListRow(@Column(doc = "n") long number, @Column(doc = "l") int[] list) {}

  @Test
  void rangesOfBytesGiveEachRowOnceAndRangesOfRowsTheirRows() throws IOException {
    session()
        .sql("SELECT id AS number, sequence(1, CAST(id % 7 AS INT) + 1) AS list FROM range(5000)")
        .coalesce(1)
        .write()
        .option("parquet.block.size", 20_000)
        .option("parquet.page.row.count.limit", 64)
        .parquet(folder.resolve("g").toString());
    String file = only(folder.resolve("g"));
    long bytes = Files.size(Path.of(file));

    for (int pieces : new int[] {1, 2, 3, 7, 50}) {
      long end = 0;
      int filled = 0;
      for (int i = 0; i < pieces; i++) {
        TableReader.Rows rows = parquet.rows(file, bytes * i / pieces, bytes * (i + 1) / pieces);
        assertThat(rows.from()).isEqualTo(end);
        end = rows.to();
        filled += rows.to() > rows.from() ? 1 : 0;
      }
      assertThat(end).isEqualTo(5000);
      assertThat(filled).isGreaterThanOrEqualTo(Math.min(pieces, 2));
    }

    for (long from = 0; from < 5000; from += 331) {
      for (long to : new long[] {from, from + 1, from + 20, Math.min(5000, from + 1500), 5000}) {
        long next = from;
        try (RowReader<ListRow> rows = parquet.read(file, ListRow.class, from, to)) {
          for (; rows.hasNext(); next++) {
            ListRow row = rows.next();
            assertThat(row.number()).isEqualTo(next);
            assertThat(row.list()).hasSize((int) (next % 7) + 1);
          }
        }
        assertThat(next).isEqualTo(to);
      }
    }
  }

  private static String only(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files
          .filter(file -> file.toString().endsWith(".parquet"))
          .findFirst()
          .orElseThrow()
          .toString();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15})
  void damagedFileIsTheUsersErrorOrReadsTheRightNumberOfRows(long seed) throws IOException {
    Path file = write("x.parquet");
    byte[] bytes = Files.readAllBytes(file);
    Random random = new Random(seed);
    if (seed % 2 == 0) {
      bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
    } else {
      int footer = bytes.length - 3000;
      for (int i = 0; i < 20; i++) {
        int at = seed % 4 == 1 ? footer + random.nextInt(3000) : random.nextInt(bytes.length);
        bytes[at] = (byte) random.nextInt();
      }
    }
    Files.write(file, bytes);
    try {
      assertThat(all(parquet.read(file.toString(), VectorRow.class))).hasSize(600);
    } catch (InputException e) {
      assertThat(e).hasMessageStartingWith(file + ": ");
      assertThat(e.getMessage()).doesNotContain("\n");
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
  void oneChangedBitOfAPageIsTheUsersError(long seed) throws IOException {
    Path file = write("x.parquet");
    byte[] bytes = Files.readAllBytes(file);
    Random random = new Random(seed);
    bytes[bytes.length / 4 + random.nextInt(bytes.length / 2)] ^= (byte) (1 << random.nextInt(8));
    Files.write(file, bytes);

    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> all(parquet.read(file.toString(), VectorRow.class)))
        .withMessageStartingWith(file + ": not a readable Parquet file: ");
  }

  @Test
  void failingStorageIsNotTheUsersErrorAndKeepsThePath() throws IOException {
    write("x.parquet");
    Path file = folder.resolve("x.parquet");
    ParquetFiles failing = new ParquetFiles(TestFileSystems.store());

    assertThatExceptionOfType(UncheckedIOException.class)
        .isThrownBy(() -> all(failing.read("failing:" + file, VectorRow.class)))
        .satisfies(e -> assertThat(e.getCause()).hasMessage("failing:" + file + ": reset by peer"));
    assertThat(ParquetFiles.isDecoding(new IllegalStateException("pool is shut down"))).isFalse();
  }

  @Test
  void missingAndForeignFilesAreNamed() throws IOException {
    Path text = Files.writeString(folder.resolve("x.parquet"), "this is not parquet at all");
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> parquet.read(text.toString(), VectorRow.class))
        .withMessageStartingWith(text + ": not a readable Parquet file: ")
        .withMessageNotContaining("InputFile@");
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> parquet.read(folder + "/none.parquet", VectorRow.class))
        .withMessage(folder + "/none.parquet: no such file");
  }

  @Test
  void readsFromAnyHadoopFileSystem() throws IOException {
    write("x.parquet");
    ParquetFiles other = new ParquetFiles(TestFileSystems.store());

    assertThat(all(other.read("other:" + folder + "/x.parquet", VectorRow.class))).hasSize(600);
  }

  @Test
  void footerCarriesMetadataAndDigestIsTheFiles() throws IOException {
    FileStore files = new LocalFileStore();
    ParquetRows<VectorRow> writer;
    try (PageCompressor compressor = new PageCompressor()) {
      String path = folder.resolve("y.parquet").toString();
      writer = new ParquetRows<>(files, path, TABLE, 1 << 20, compressor);
      writer.write(row(1));
      writer.close();
    }

    FooterFacts footer = parquet.footer(folder.resolve("y.parquet").toString(), Optional.empty());
    assertThat(footer.metadata()).containsExactly(Map.entry("shape", "[4096]"));
    assertThat(TableFacts.parse(footer.table().orElseThrow()).columns()).hasSize(5);
    assertThat(writer.bytes()).isEqualTo(Files.size(folder.resolve("y.parquet")));
    assertThat(writer.sha256())
        .isEqualTo(dev.microtome.run.Digest.of(files, folder.resolve("y.parquet").toString()));
  }
}
