package dev.microtome.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microtome.jobs.LocalSpark;
import dev.microtome.run.LocalFileStore;
import dev.microtome.table.Column;
import dev.microtome.table.RowReader;
import dev.microtome.table.TableSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@ExtendWith(LocalSpark.class)
class VectorColumnTest {
  @SuppressWarnings("ArrayRecordComponent") // a row at the Parquet border
  record VectorsRow(
      @Column(doc = "values") float[] values,
      @Column(doc = "its number") long id,
      @Column(doc = "bulk") byte[] bytes) {}

  private static final TableSpec<VectorsRow> TABLE =
      TableSpec.of("vectors", VectorsRow.class, "doc");

  @TempDir private Path folder;

  /** Lengths of the rows' vectors. */
  static List<Arguments> lengths() {
    Random random = new Random(0);
    return List.of(
        Arguments.of("none", new int[0]),
        Arguments.of("one empty", new int[1]),
        Arguments.of("more empty ones than a page takes rows", new int[45_000]),
        Arguments.of("single values", IntStream.generate(() -> 1).limit(45_000).toArray()),
        Arguments.of("a page and a bit", new int[] {262_144, 1, 0, 262_143, 300_000, 2}),
        Arguments.of(
            "any", random.ints(3_000, -300, 700).map(length -> Math.max(0, length)).toArray()),
        Arguments.of("equal ones", IntStream.generate(() -> 512).limit(3_000).toArray()));
  }

  private static VectorsRow row(int id, int length) {
    Random random = new Random(id);
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return new VectorsRow(values, id, bytes);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("lengths")
  void vectorsOfAnyLengthComeBack(String name, int[] lengths) throws IOException {
    Path file = folder.resolve("x.parquet");
    try (PageCompressor compressor = new PageCompressor();
        ParquetRows<VectorsRow> writer =
            new ParquetRows<>(new LocalFileStore(), file.toString(), TABLE, 3 << 20, compressor)) {
      for (int id = 0; id < lengths.length; id++) {
        writer.write(row(id, lengths[id]));
      }
    }

    ParquetFiles parquet = new ParquetFiles(new HadoopFileStore(new Configuration()));
    try (RowReader<VectorsRow> reader = parquet.read(file.toString(), VectorsRow.class)) {
      for (int id = 0; id < lengths.length; id++) {
        VectorsRow expected = row(id, lengths[id]);
        VectorsRow found = reader.next();
        assertThat(found.id()).isEqualTo(id);
        assertThat(found.values()).as("values of row %s", id).isEqualTo(expected.values());
        assertThat(found.bytes()).as("bytes of row %s", id).isEqualTo(expected.bytes());
      }
      assertThat(reader.hasNext()).isFalse();
    }
    for (String vectorised : List.of("true", "false")) {
      assertThat(spark(file, vectorised)).as("read by Spark").hasSameSizeAs(lengths);
    }
  }

  /** What Spark reads, each row compared with what was written. */
  private static List<Long> spark(Path file, String vectorised) {
    SparkSession session = SparkSession.builder().getOrCreate().newSession();
    session.conf().set("spark.sql.parquet.enableVectorizedReader", vectorised);
    List<Long> ids = new ArrayList<>();
    for (Row row : session.read().parquet(file.toString()).orderBy("id").collectAsList()) {
      List<Float> values = row.getList(0);
      VectorsRow expected = row((int) row.getLong(1), values.size());
      float[] found = new float[values.size()];
      for (int i = 0; i < found.length; i++) {
        found[i] = values.get(i);
      }
      assertThat(found).isEqualTo(expected.values());
      assertThat((byte[]) row.get(2)).isEqualTo(expected.bytes());
      ids.add(row.getLong(1));
    }
    return ids;
  }
}
