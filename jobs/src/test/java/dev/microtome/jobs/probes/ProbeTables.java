package dev.microtome.jobs.probes;

import dev.microtome.jobs.labels.LabelledTables;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.LongUnaryOperator;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Made-up activations of two hook points with labels: {@link #TOLD} says which of three moods a
 * token has, and its depth; {@link #NOISE} says nothing.
 */
public final class ProbeTables {
  public static final String TOLD = "blocks.3.hook_mlp_out";
  public static final String NOISE = "hook_embed";
  public static final int SEQUENCES = 120;
  public static final int POSITIONS = 6;
  public static final int WIDTH = 8;
  private static final String[] MOODS = {"calm", "calm", "calm", "glad", "glad", "sad"};

  private final Path folder;

  public ProbeTables(Path folder) {
    this.folder = folder;
  }

  /** One activation. */
  @SuppressWarnings("ArrayRecordComponent") // made for a test and not compared
  public record Example(
      String hook, long sequence, int position, float[] x, String mood, double depth) {
    LabelledTables.Example labelled() {
      int token = (int) (sequence * POSITIONS + position) % 40;
      return new LabelledTables.Example(hook, sequence, position, token, x, mood, depth);
    }
  }

  public static List<Example> examples() {
    List<Example> examples = new ArrayList<>();
    for (String hook : List.of(TOLD, NOISE)) {
      Random random = new Random(hook.length());
      Random labels = new Random(3);
      for (int sequence = 0; sequence < SEQUENCES; sequence++) {
        for (int position = 0; position < POSITIONS; position++) {
          String mood = MOODS[labels.nextInt(MOODS.length)];
          double depth = labels.nextInt(5);
          float[] x = new float[WIDTH];
          for (int i = 0; i < WIDTH; i++) {
            x[i] = (float) (random.nextGaussian() + 3);
          }
          if (hook.equals(TOLD)) {
            x[0] += mood.equals("glad") ? 4 : 0;
            x[1] += mood.equals("sad") ? 4 : 0;
            x[2] += (float) (2 * depth) + x[0];
          }
          examples.add(new Example(hook, sequence, position, x, mood, depth));
        }
      }
    }
    return examples;
  }

  /** Activations, rows that {@code change} makes null left out. */
  public Path activations(String name, UnaryOperator<Example> change) {
    return tables()
        .activations(
            name,
            examples().stream()
                .map(change)
                .filter(Objects::nonNull)
                .map(Example::labelled)
                .toList());
  }

  /** Labels as generate-corpus writes them. */
  public Path labels(String name, Predicate<Example> kept) {
    return labels(name, kept, LongUnaryOperator.identity());
  }

  /** The same, as if they were of other sequences. */
  public Path labels(String name, Predicate<Example> kept, LongUnaryOperator sequence) {
    return tables()
        .labels(
            name,
            examples().stream()
                .filter(row -> row.hook().equals(TOLD))
                .filter(kept)
                .map(
                    row ->
                        new Example(
                            row.hook(),
                            sequence.applyAsLong(row.sequence()),
                            row.position(),
                            row.x(),
                            row.mood(),
                            row.depth()))
                .map(Example::labelled)
                .toList());
  }

  /** Two columns of numbers a token: what {@link #TOLD} says, its depth, and nothing. */
  public Path places(String name) {
    StructType schema =
        new StructType()
            .add("sequence_id", DataTypes.LongType)
            .add("position", DataTypes.IntegerType)
            .add("latitude", DataTypes.DoubleType)
            .add("longitude", DataTypes.FloatType);
    Random random = new Random(5);
    List<Row> rows = new ArrayList<>();
    for (Example row : examples()) {
      if (row.hook().equals(TOLD)) {
        rows.add(
            RowFactory.create(
                row.sequence(), row.position(), 30 * row.depth(), (float) random.nextGaussian()));
      }
    }
    return tables().write(rows, schema, name);
  }

  private LabelledTables tables() {
    return new LabelledTables(folder, "mood");
  }
}
