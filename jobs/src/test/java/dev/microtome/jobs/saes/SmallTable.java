package dev.microtome.jobs.saes;

import dev.microtome.activations.ActivationCodec;
import dev.microtome.jobs.LocalSpark;
import dev.microtome.jobs.TableReader.VectorColumns;
import dev.microtome.jobs.inputs.TokenSlices.Slice;
import dev.microtome.sae.stream.RowColumns;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** A thousand activations of twelve floats, ten a sequence, in a Parquet file of three slices. */
final class SmallTable {
  static final int WIDTH = 12;

  /** All of a row. */
  static final SaeInput INPUT = new SaeInput("h", "", RowColumns.all(WIDTH));

  private static final int ROWS = 1000;

  private SmallTable() {}

  /** Writes the table, in a Spark session that there is. */
  static StoredActivations write(Path table) throws IOException {
    StructType schema =
        new StructType()
            .add("sequence_id", DataTypes.LongType)
            .add("activation", DataTypes.BinaryType);
    Random random = new Random(4);
    List<Row> rows = new ArrayList<>();
    for (int row = 0; row < ROWS; row++) {
      ByteBuffer bytes = ByteBuffer.allocate(4 * WIDTH).order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < WIDTH; i++) {
        bytes.putFloat((float) (1 + random.nextGaussian()));
      }
      rows.add(RowFactory.create(row / 10L, bytes.array()));
    }
    LocalSpark.write(rows, schema, table);
    try (Stream<Path> files = Files.list(table)) {
      String file =
          files
              .filter(each -> each.toString().endsWith(".parquet"))
              .findFirst()
              .orElseThrow()
              .toString();
      return new StoredActivations(
          "h",
          "",
          "",
          new VectorColumns("sequence_id", "activation", ActivationCodec.FLOAT32, WIDTH),
          List.of(new Slice(file, 0, 300), new Slice(file, 300, 310), new Slice(file, 310, ROWS)));
    }
  }
}
