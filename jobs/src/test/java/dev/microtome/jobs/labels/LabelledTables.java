package dev.microtome.jobs.labels;

import dev.microtome.jobs.LocalSpark;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Writes made-up activations and their labels as other programs would: one file a table, whole
 * numbers of labels in 64 bits, as DuckDB, pandas and pyarrow have them.
 *
 * @param concept name of the concept that {@link Example#label} is of
 */
public record LabelledTables(Path folder, String concept) {
  /** In a column of labels, of an example without one. */
  public static final String NONE = "none";

  /** One activation. */
  @SuppressWarnings("ArrayRecordComponent") // made for one test and not compared
  public record Example(
      String hook, long sequence, int position, int token, float[] x, String label, double depth) {}

  /** Activations with the labels beside them. */
  public Path activations(String name, List<Example> examples) {
    StructType schema =
        new StructType()
            .add("hook", DataTypes.StringType, false)
            .add("sequence_id", DataTypes.LongType, false)
            .add("position", DataTypes.IntegerType, false)
            .add("token_id", DataTypes.IntegerType, false)
            .add("activation", DataTypes.createArrayType(DataTypes.FloatType, false), false)
            .add(concept, DataTypes.StringType, false)
            .add("depth", DataTypes.DoubleType, false);
    List<Row> rows = new ArrayList<>();
    for (Example example : examples) {
      Float[] x = new Float[example.x().length];
      for (int i = 0; i < x.length; i++) {
        x[i] = example.x()[i];
      }
      rows.add(
          RowFactory.create(
              example.hook(),
              example.sequence(),
              example.position(),
              example.token(),
              x,
              column(example),
              example.depth()));
    }
    return write(rows, schema, name);
  }

  /** Labels as generate-corpus writes them: the concept where there is one, depth everywhere. */
  public Path labels(String name, List<Example> ofOneHook) {
    StructType schema =
        new StructType()
            .add("sequence_id", DataTypes.LongType)
            .add("position", DataTypes.LongType)
            .add("concept", DataTypes.StringType)
            .add("value", DataTypes.StringType);
    List<Row> rows = new ArrayList<>();
    for (Example example : ofOneHook) {
      long sequence = example.sequence();
      if (example.label() != null) {
        rows.add(RowFactory.create(sequence, (long) example.position(), concept, example.label()));
      }
      String depth = Double.toString(example.depth());
      rows.add(RowFactory.create(sequence, (long) example.position(), "depth", depth));
    }
    return write(rows, schema, name);
  }

  /** Labels with a column each. */
  public Path wide(String name, List<Example> ofOneHook) {
    StructType schema =
        new StructType()
            .add("sequence_id", DataTypes.LongType)
            .add("position", DataTypes.LongType)
            .add(concept, DataTypes.StringType)
            .add("depth", DataTypes.DoubleType);
    List<Row> rows = new ArrayList<>();
    for (Example example : ofOneHook) {
      rows.add(
          RowFactory.create(
              example.sequence(), (long) example.position(), column(example), example.depth()));
    }
    return write(rows, schema, name);
  }

  private static String column(Example example) {
    return example.label() == null ? NONE : example.label();
  }

  /** Any table. */
  public Path write(List<Row> rows, StructType schema, String name) {
    return LocalSpark.write(rows, schema, folder.resolve(name));
  }
}
