package dev.microtome.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.microtome.activations.ActivationCodec;
import dev.microtome.jobs.TableReader.TextGroup;
import dev.microtome.jobs.TableReader.VectorColumns;
import dev.microtome.jobs.VectorRows;
import dev.microtome.run.InputException;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VectorRowsTest {
  private static final int ROWS = 1000;
  private static final int WIDTH = 5;
  private static final String BYTES = "required binary activation";
  private static final String LIST =
      "required group activation (LIST) { repeated group list { required float element; } }";
  private static final String OPTIONAL_LIST =
      "optional group activation (LIST) { repeated group list { optional float element; } }";

  @TempDir private Path folder;
  private final ParquetFiles files = new ParquetFiles(HadoopFileStore.ofThisProcess());

  /** Ids and vectors do not depend on how they are stored, nor on where reading begins. */
  @ParameterizedTest
  @CsvSource({"BYTES,int64", "BYTES,int32", "LIST,int64", "OPTIONAL_LIST,int64"})
  void rowsAreThoseOfTheFileWhereverReadingBegins(String kind, String ids) throws IOException {
    Path file = folder.resolve("rows.parquet");
    write(file, kind, ids, row -> "h", row -> WIDTH, ActivationCodec.FLOAT32);

    for (int from : new int[] {0, 1, 99, 500, 999}) {
      try (VectorRows rows = open(file, ActivationCodec.FLOAT32, from, ROWS)) {
        for (int row = from; row < ROWS; row++) {
          float[] target = new float[WIDTH + 2];
          assertThat(rows.next(target, 1)).isEqualTo(row / 10);
          assertThat(target).containsExactly(0, row, row + 1, row + 2, row + 3, row + 4, 0);
          if (row % 100 == 7 && row + 120 < ROWS) {
            rows.skip(119);
            row += 119;
          }
        }
      }
    }
  }

  @Test
  void bfloat16IsWidened() throws IOException {
    Path file = folder.resolve("rows.parquet");
    write(file, "BYTES", "int64", row -> "h", row -> WIDTH, ActivationCodec.BFLOAT16);

    try (VectorRows rows = open(file, ActivationCodec.BFLOAT16, 255, 257)) {
      float[] target = new float[WIDTH];
      rows.next(target, 0);
      // 8 bits: 257 and 259 lie halfway between their neighbours, and become the even one.
      assertThat(target).containsExactly(255, 256, 256, 258, 260);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "BYTES,4,the vector of row 700 has 16 bytes, 5 values of float32 are 20",
    "BYTES,6,the vector of row 700 has 24 bytes, 5 values of float32 are 20",
    "LIST,4,'the vector of row 700 has 4 values, expected 5'",
    "LIST,6,'the vector of row 700 has more values, expected 5'",
    "LIST,0,column activation is null or empty in row 700",
  })
  void aVectorOfAnotherWidthIsNamed(String kind, int width, String message) throws IOException {
    Path file = folder.resolve("rows.parquet");
    write(
        file,
        kind,
        "int64",
        row -> "h",
        row -> row == 700 ? width : WIDTH,
        ActivationCodec.FLOAT32);

    assertThatExceptionOfType(InputException.class)
        .isThrownBy(
            () -> {
              try (VectorRows rows = open(file, ActivationCodec.FLOAT32, 650, ROWS)) {
                for (int i = 0; i < 100; i++) {
                  rows.next(new float[WIDTH], 0);
                }
              }
            })
        .withMessageStartingWith(file.toString())
        .withMessageContaining(message);
  }

  @Test
  void rowsThatAreNotThereAreRefused() throws IOException {
    Path file = folder.resolve("rows.parquet");
    write(file, "BYTES", "int64", row -> "h", row -> WIDTH, ActivationCodec.FLOAT32);

    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> open(file, ActivationCodec.FLOAT32, 0, ROWS + 1))
        .withMessage(file + ": rows 0 to 1001 are needed, the file has 1000");
  }

  @Test
  void aRowGroupWithOneTextSaysSo() throws IOException {
    Path file = folder.resolve("rows.parquet");
    write(
        file,
        "BYTES",
        "int64",
        row -> row < 150 ? "a" : "b",
        row -> WIDTH,
        ActivationCodec.FLOAT32);

    List<TextGroup> groups = files.textGroups(file.toString(), "hook");

    assertThat(groups.size()).isGreaterThan(3);
    assertThat(groups.get(0).from()).isZero();
    assertThat(groups.get(groups.size() - 1).to()).isEqualTo(ROWS);
    for (TextGroup group : groups) {
      assertThat(group.text())
          .isEqualTo(
              group.to() <= 150
                  ? Optional.of("a")
                  : group.from() >= 150 ? Optional.of("b") : Optional.empty());
    }
  }

  private VectorRows open(Path file, ActivationCodec dtype, long from, long to) throws IOException {
    return files.vectors(
        file.toString(), new VectorColumns("sequence_id", "activation", dtype, WIDTH), from, to);
  }

  private interface Text {
    String of(int row);
  }

  private interface Width {
    int of(int row);
  }

  /** Row r has the id r / 10 and the vector r, r + 1, …; in groups of 100 and pages of 20 rows. */
  private static void write(
      Path file, String kind, String ids, Text hook, Width width, ActivationCodec dtype)
      throws IOException {
    String vector = kind.equals("BYTES") ? BYTES + ";" : kind.equals("LIST") ? LIST : OPTIONAL_LIST;
    MessageType schema =
        MessageTypeParser.parseMessageType(
            "message rows { required binary hook (STRING); required "
                + ids
                + " sequence_id; "
                + vector
                + " }");
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(new LocalOutputFile(file))
            .withType(schema)
            .withCompressionCodec(CompressionCodecName.ZSTD)
            .withRowGroupRowCountLimit(100)
            .withPageRowCountLimit(20)
            .build()) {
      for (int row = 0; row < ROWS; row++) {
        Group group = new SimpleGroup(schema);
        group.add("hook", hook.of(row));
        if (ids.equals("int32")) {
          group.add("sequence_id", row / 10);
        } else {
          group.add("sequence_id", row / 10L);
        }
        float[] values = new float[width.of(row)];
        List<Float> list = new ArrayList<>();
        for (int i = 0; i < values.length; i++) {
          values[i] = row + i;
          list.add(values[i]);
        }
        if (kind.equals("BYTES")) {
          group.add(
              "activation",
              Binary.fromConstantByteArray(
                  dtype.encode(FloatBuffer.wrap(values), 0, values.length)));
        } else {
          Group elements = group.addGroup("activation");
          list.forEach(value -> elements.addGroup("list").add("element", value));
        }
        writer.write(group);
      }
    }
  }
}
