package dev.microtome.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RowSchemaTest {
  @SuppressWarnings("ArrayRecordComponent") // a row at the Parquet border
  record Everything(
      @Column(doc = "a", unit = "tokens") long sequenceId,
      @Column(doc = "b") int dModel,
      @Column(doc = "c") float loss,
      @Column(doc = "d") double meanLoss,
      @Column(doc = "e") boolean dead,
      @Column(doc = "f") String hook,
      @Column(doc = "g") byte[] activation,
      @Column(doc = "h") int[] tokens,
      @Column(doc = "i") float[] values,
      @Column(doc = "j") String[] words,
      @Column(doc = "k") List<String> lines) {}

  record Undocumented(@Column(doc = "a") long a, long b) {}

  record Unsupported(@Column(doc = "a") java.time.Instant when) {}

  record Twice(@Column(doc = "a") int dModel, @Column(doc = "b") int d_model) {}

  @Test
  void columnsFollowTheComponents() {
    assertThat(
            RowSchema.of(Everything.class).fields().stream()
                .map(f -> f.name() + " " + f.type().sqlName()))
        .containsExactly(
            "sequence_id LONG",
            "d_model INT",
            "loss FLOAT",
            "mean_loss DOUBLE",
            "dead BOOLEAN",
            "hook STRING",
            "activation BINARY",
            "tokens ARRAY<INT>",
            "values ARRAY<FLOAT>",
            "words ARRAY<STRING>",
            "lines ARRAY<STRING>");
    RowSchema.Field first = RowSchema.of(Everything.class).fields().get(0);
    assertThat(first.doc()).isEqualTo("a");
    assertThat(first.unit()).isEqualTo("tokens");
  }

  @Test
  void valuesGoOutAndComeBack() {
    RowSchema schema = RowSchema.of(Pair.class);
    Record row = new Pair(3, "x");

    assertThat(schema.fields().stream().map(field -> field.value(row))).containsExactly(3L, "x");
    assertThat(schema.row(new Object[] {3L, "x"})).isEqualTo(row);
  }

  record Maybe(
      @Column(doc = "a", nullable = true) Long a, @Column(doc = "b", nullable = true) String b) {}

  record NullablePrimitive(@Column(doc = "a", nullable = true) long a) {}

  @Test
  void objectsMayBeNullWhereThatIsSaid() {
    RowSchema schema = RowSchema.of(Maybe.class);

    assertThat(schema.fields())
        .extracting(RowSchema.Field::type)
        .containsExactly(ColumnType.LONG, ColumnType.STRING);
    assertThat(schema.row(new Object[] {null, null})).isEqualTo(new Maybe(null, null));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RowSchema.of(NullablePrimitive.class))
        .withMessageContaining("NullablePrimitive.a is nullable, and a primitive");
  }

  record Pair(@Column(doc = "a") long a, @Column(doc = "b") String b) {}

  @Test
  void refusesRecordsThatAreNoRows() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RowSchema.of(Undocumented.class))
        .withMessageContaining("Undocumented.b has no @Column");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RowSchema.of(Unsupported.class))
        .withMessageContaining("Unsupported.when: no column type for java.time.Instant");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RowSchema.of(Twice.class))
        .withMessageContaining("two columns named d_model");
  }

  @ParameterizedTest
  @CsvSource({
    "dModel,d_model",
    "sequenceId,sequence_id",
    "ceLossScore,ce_loss_score",
    "x,x",
    "meanL0,mean_l0",
    "topKLoss,top_k_loss"
  })
  void namesAreSnakeCase(String camel, String snake) {
    assertThat(RowSchema.snakeCase(camel)).isEqualTo(snake);
  }

  @Test
  void tableSurvivesSerialisation() throws IOException, ClassNotFoundException {
    TableSpec<Everything> table =
        TableSpec.of("everything", Everything.class, "doc").withMetadata(Map.of("dtype", "f"));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(table);
    }

    Object copy = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())).readObject();

    assertThat(copy).isEqualTo(table);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TableSpec.of("No", Everything.class, ""))
        .withMessage("Invalid table name: No (must be snake_case)");
  }
}
