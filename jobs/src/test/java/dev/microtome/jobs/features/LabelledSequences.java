package dev.microtome.jobs.features;

import dev.microtome.jobs.LocalSpark;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Random sequences of tokens, and tables of labels of them. */
final class LabelledSequences {
  static final List<int[]> ALL = sequences();

  private LabelledSequences() {}

  static long tokens() {
    return ALL.stream().mapToLong(sequence -> sequence.length).sum();
  }

  private static List<int[]> sequences() {
    Random random = new Random(4);
    // Of equal length, so that batches of other parts have the same shape and thus the same bits.
    return IntStream.range(0, 20).mapToObj(i -> random.ints(24, 3, 512).toArray()).toList();
  }

  /** Tokens of the upper half of the vocabulary are high, those below 100 low. */
  static Optional<String> size(int token) {
    return token >= 256 ? Optional.of("high") : token < 100 ? Optional.of("low") : Optional.empty();
  }

  static Path labels(Path folder) {
    StructType schema = places().add("size", DataTypes.StringType);
    return table(
        schema,
        folder,
        (place, token, rows) ->
            size(token).ifPresent(size -> rows.add(RowFactory.create(place[0], place[1], size))));
  }

  /** The same as concept and value, and another concept beside it. */
  static Path concepts(Path folder) {
    StructType schema =
        places().add("concept", DataTypes.StringType).add("value", DataTypes.StringType);
    return table(
        schema,
        folder,
        (place, token, rows) -> {
          rows.add(RowFactory.create(place[0], place[1], "parity", "" + token % 2));
          size(token)
              .ifPresent(size -> rows.add(RowFactory.create(place[0], place[1], "size", size)));
        });
  }

  private static StructType places() {
    return new StructType()
        .add("sequence_id", DataTypes.LongType)
        .add("position", DataTypes.IntegerType);
  }

  /** Adds the rows about a token, of which a place is sequence and position. */
  private interface Labeller {
    void label(Object[] place, int token, List<Row> rows);
  }

  private static Path table(StructType schema, Path folder, Labeller labeller) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < ALL.size(); i++) {
      int[] sequence = ALL.get(i);
      for (int position = 0; position < sequence.length; position++) {
        labeller.label(new Object[] {(long) i, position}, sequence[position], rows);
      }
    }
    return LocalSpark.write(rows, schema, folder);
  }
}
