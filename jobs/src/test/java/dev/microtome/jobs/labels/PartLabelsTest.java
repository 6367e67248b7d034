package dev.microtome.jobs.labels;

import static dev.microtome.jobs.labels.LabelTable.NO_TOKEN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.microtome.jobs.LocalSpark;
import dev.microtome.jobs.TableReader;
import dev.microtome.jobs.inputs.TokenSlices;
import dev.microtome.jobs.spark.HadoopFileStore;
import dev.microtome.jobs.spark.ParquetFiles;
import dev.microtome.run.InputException;
import dev.microtome.run.RejectedContentException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LocalSpark.class)
class PartLabelsTest {
  private static final LabelTable MOODS =
      new LabelTable(
          LabelTable.Layout.LONG,
          List.of(
              new LabelTable.ConceptSource(
                  "mood",
                  List.of(new LabelTable.ColumnSource("mood", CellType.TEXT, /* real= */ false)))));

  private static final StructType LONG =
      new StructType()
          .add("sequence_id", DataTypes.LongType, false)
          .add("position", DataTypes.IntegerType, false)
          .add("concept", DataTypes.StringType, false)
          .add("value", DataTypes.StringType, true);

  @TempDir private Path folder;

  @Test
  void holdsTheLabelsOfItsSequencesAlone() throws IOException {
    TokenSlices table =
        table(
            RowFactory.create(1L, 0, "mood", "glad"),
            RowFactory.create(2L, 0, "mood", "sad"),
            RowFactory.create(1L, 1, "other", "x"),
            RowFactory.create(1L, 2, "mood", "calm"));
    PartLabels labels = read(table, 1, 3);
    assertThat(labels.at(1, 0, NO_TOKEN)).containsExactly(List.of("glad"));
    assertThat(labels.at(1, 1, NO_TOKEN)).containsExactly((List<String>) null);
    assertThat(labels.at(1, 2, NO_TOKEN)).containsExactly(List.of("calm"));
    assertThat(labels.at(2, 0, NO_TOKEN)).containsExactly((List<String>) null);
    assertThat(read(table, 2).at(2, 0, NO_TOKEN)).containsExactly(List.of("sad"));
  }

  @Test
  void refusesTwoLabelsOfOnePlace() throws IOException {
    TokenSlices table =
        table(RowFactory.create(1L, 3, "mood", "glad"), RowFactory.create(1L, 3, "mood", "glad"));
    assertThatExceptionOfType(RejectedContentException.class)
        .isThrownBy(() -> read(table, 1))
        .withMessageMatching(
            "labels \\S+\\.parquet: sequence_id 1, position 3 has concept 'mood' twice");
  }

  /** The files of ranges are gone when the message is read. */
  @Test
  void namesNoFileOfTheRunItself() throws IOException {
    StructType schema =
        new StructType()
            .add("sequence_id", DataTypes.LongType, false)
            .add("position", DataTypes.IntegerType, false)
            .add("token_id", DataTypes.IntegerType, false)
            .add("concept", DataTypes.IntegerType, false)
            .add("values", DataTypes.createArrayType(DataTypes.StringType, false), false);
    Row row = RowFactory.create(1L, 3, NO_TOKEN, 0, List.of("glad"));
    TokenSlices table = table(schema, row, row);
    assertThatExceptionOfType(RejectedContentException.class)
        .isThrownBy(() -> read(MOODS.inRanges(), table, 1))
        .withMessage("labels: sequence_id 1, position 3 has concept 'mood' twice");
  }

  @Test
  void takesNullForNoLabel() throws IOException {
    TokenSlices table =
        table(
            LONG.add("token_id", DataTypes.IntegerType, true),
            RowFactory.create(1L, 0, "mood", null, 17),
            RowFactory.create(1L, 1, "mood", "calm", null));
    PartLabels labels = read(table, 1);
    assertThat(labels.at(1, 0, 17)).containsExactly((List<String>) null);
    assertThat(labels.at(1, 1, 99)).containsExactly(List.of("calm"));
  }

  @Test
  void refusesLabelsOfOtherTokens() throws IOException {
    StructType schema = LONG.add("token_id", DataTypes.LongType, false);
    TokenSlices table =
        table(
            schema,
            RowFactory.create(1L, 3, "mood", "glad", 17L),
            RowFactory.create(1L, 4, "other", "x", 18L));
    PartLabels labels = read(table, 1);
    assertThat(labels.at(1, 3, 17)).containsExactly(List.of("glad"));
    assertThat(labels.at(1, 3, NO_TOKEN)).containsExactly(List.of("glad"));
    assertThat(labels.at(1, 4, 99)).containsExactly((List<String>) null);
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> labels.at(1, 3, 99))
        .withMessageMatching(
            "token_id is 99, labels \\S+\\.parquet have token_id 17 there; they are of another text or tokenizer");
  }

  /** A place has one token, whatever row one asks; a row may leave it out. */
  @Test
  void refusesTwoTokensOfOnePlace() throws IOException {
    LabelTable two =
        new LabelTable(
            LabelTable.Layout.LONG,
            List.of(
                MOODS.concepts().get(0),
                new LabelTable.ConceptSource(
                    "other",
                    List.of(
                        new LabelTable.ColumnSource("other", CellType.TEXT, /* real= */ false)))));
    TokenSlices table =
        table(
            LONG.add("token_id", DataTypes.IntegerType, true),
            RowFactory.create(1L, 3, "mood", "glad", null),
            RowFactory.create(1L, 3, "other", "x", 18),
            RowFactory.create(2L, 3, "mood", "sad", 17),
            RowFactory.create(2L, 3, "other", "y", 18));
    PartLabels first = read(two, table, 1);
    assertThat(first.at(1, 3, 18)).containsExactly(List.of("glad"), List.of("x"));
    assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> first.at(1, 3, 17));
    assertThatExceptionOfType(RejectedContentException.class)
        .isThrownBy(() -> read(two, table, 2))
        .withMessageMatching(
            "labels \\S+\\.parquet: sequence_id 2, position 3 has token_id 18, and 17 in another row");
  }

  /** Another type than that of tokens would else pass for a table that has none. */
  @Test
  void refusesTokensThatAreTexts() throws IOException {
    TokenSlices table =
        table(
            LONG.add("token_id", DataTypes.StringType, true),
            RowFactory.create(1L, 3, "mood", "glad", "17"));
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> read(table, 1))
        .withMessageContaining("token_id");
  }

  private static PartLabels read(TokenSlices table, long... sequences) throws IOException {
    return read(MOODS, table, sequences);
  }

  private static PartLabels read(LabelTable labels, TokenSlices table, long... sequences)
      throws IOException {
    TableReader tables = new ParquetFiles(HadoopFileStore.ofThisProcess());
    return PartLabels.read(
        labels, table, LongStream.of(sequences).boxed().collect(Collectors.toSet()), tables);
  }

  private TokenSlices table(Row... rows) throws IOException {
    return table(LONG, rows);
  }

  private TokenSlices table(StructType schema, Row... rows) throws IOException {
    LocalSpark.write(List.of(rows), schema, folder.resolve("labels"));
    try (Stream<Path> files = Files.list(folder.resolve("labels"))) {
      String file =
          files
              .map(Path::toString)
              .filter(each -> each.endsWith(".parquet"))
              .findFirst()
              .orElseThrow();
      return new TokenSlices(List.of(new TokenSlices.Slice(file, 0, rows.length)));
    }
  }
}
