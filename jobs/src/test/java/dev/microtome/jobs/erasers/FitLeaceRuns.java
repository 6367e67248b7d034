package dev.microtome.jobs.erasers;

import dev.microtome.jobs.JobRun;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.io.TempDir;

/**
 * Made-up activations of two hook points with their labels, and fit-leace through the command line.
 */
abstract class FitLeaceRuns {
  static final List<String> HOOKS = List.of("blocks.0.hook_mlp_out", "hook_embed");
  static final int SEQUENCES = 40;
  static final int POSITIONS = 5;
  static final int WIDTH = 6;

  @TempDir Path folder;

  /** One activation; {@code gender} is null where the token has none. */
  @SuppressWarnings("ArrayRecordComponent") // made for one test and not compared
  record Example(
      String hook, long sequence, int position, float[] x, String gender, double depth) {}

  static List<Example> examples() {
    List<Example> examples = new ArrayList<>();
    for (String hook : HOOKS) {
      Random random = new Random(hook.length());
      Random labels = new Random(3);
      for (int sequence = 0; sequence < SEQUENCES; sequence++) {
        for (int position = 0; position < POSITIONS; position++) {
          String gender = new String[] {"female", "male", null}[labels.nextInt(3)];
          double depth = labels.nextInt(4);
          float[] x = new float[WIDTH];
          for (int i = 0; i < WIDTH; i++) {
            x[i] =
                (float) (random.nextGaussian() + ("male".equals(gender) ? 1 : 0) + i * depth / 5);
          }
          examples.add(new Example(hook, sequence, position, x, gender, depth));
        }
      }
    }
    return examples;
  }

  JobRun run(String output, Path activations, Path labels, String... sets) {
    return run("fit-leace", output, activations, labels, sets);
  }

  JobRun run(String job, String output, Path activations, Path labels, String... sets) {
    List<String> all = new ArrayList<>(List.of("activations=" + activations, "labels=" + labels));
    all.addAll(List.of(sets));
    return JobRun.of(job, folder.resolve(output), all);
  }

  /**
   * Activations as another program would write them, with columns of labels; null rows left out.
   */
  Path activations(String name, UnaryOperator<Example> change) {
    StructType schema =
        new StructType()
            .add("hook", DataTypes.StringType, false)
            .add("sequence_id", DataTypes.LongType, false)
            .add("position", DataTypes.IntegerType, false)
            .add("activation", DataTypes.createArrayType(DataTypes.FloatType, false), false)
            .add("gender", DataTypes.StringType, false)
            .add("depth", DataTypes.DoubleType, false);
    List<Row> rows = new ArrayList<>();
    for (Example original : examples()) {
      Example row = change.apply(original);
      if (row != null) {
        Float[] x = new Float[row.x().length];
        for (int i = 0; i < x.length; i++) {
          x[i] = row.x()[i];
        }
        String gender = row.gender() == null ? "none" : row.gender();
        rows.add(
            RowFactory.create(row.hook(), row.sequence(), row.position(), x, gender, row.depth()));
      }
    }
    return write(rows, schema, name);
  }

  /** Labels as generate-corpus writes them: gender where there is one, depth everywhere. */
  Path labels(String name, Predicate<Example> kept) {
    StructType schema =
        new StructType()
            .add("sequence_id", DataTypes.LongType)
            .add("position", DataTypes.IntegerType)
            .add("concept", DataTypes.StringType)
            .add("value", DataTypes.StringType);
    List<Row> rows = new ArrayList<>();
    for (Example row : ofOneHook()) {
      if (kept.test(row) && row.gender() != null) {
        rows.add(RowFactory.create(row.sequence(), row.position(), "gender", row.gender()));
      }
      if (kept.test(row)) {
        rows.add(
            RowFactory.create(
                row.sequence(), row.position(), "depth", Double.toString(row.depth())));
      }
    }
    return write(rows, schema, name);
  }

  Path wide(String name) {
    StructType schema =
        new StructType()
            .add("sequence_id", DataTypes.LongType)
            .add("position", DataTypes.IntegerType)
            .add("gender", DataTypes.StringType)
            .add("depth", DataTypes.DoubleType);
    List<Row> rows = new ArrayList<>();
    for (Example row : ofOneHook()) {
      String gender = row.gender() == null ? "none" : row.gender();
      rows.add(RowFactory.create(row.sequence(), row.position(), gender, row.depth()));
    }
    return write(rows, schema, name);
  }

  static List<Example> ofOneHook() {
    return examples().stream().filter(row -> row.hook().equals(HOOKS.get(0))).toList();
  }

  Path write(List<Row> rows, StructType schema, String name) {
    Path table = folder.resolve(name);
    SparkSession.builder()
        .getOrCreate()
        .createDataFrame(rows, schema)
        .coalesce(1)
        .write()
        .parquet(table.toString());
    return table;
  }
}
