package dev.microtome.jobs.scrubbing;

import dev.microtome.jobs.JobRun;
import dev.microtome.jobs.LocalSpark;
import dev.microtome.model.load.Safetensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** The golden GPT-2 of three layers, sequences of random tokens, and a colour for most of them. */
final class GoldenScrubbing {
  static final Path MODEL = Path.of("../common/src/test/resources/golden/models/gpt2");
  static final String CONCEPT = "colour";
  static final int WIDTH = 32;
  static final int LAYERS = 3;

  private static final Path FILE =
      Path.of("../common/src/test/resources/golden/scrubbing/scrubbing.safetensors");
  private static final List<String> COLOURS = List.of("red", "green", "blue");

  private GoldenScrubbing() {}

  static double[] doubles(String tensor) {
    try (Safetensors golden = Safetensors.open(FILE)) {
      return golden.doubles(tensor);
    }
  }

  static List<int[]> sequences() {
    return cut("tokens");
  }

  /** Of each token the number of its class, −1 of one without. */
  static List<int[]> labels() {
    return cut("labels");
  }

  private static List<int[]> cut(String tensor) {
    try (Safetensors golden = Safetensors.open(FILE)) {
      int[] all = Arrays.stream(golden.longs(tensor)).mapToInt(Math::toIntExact).toArray();
      List<int[]> sequences = new ArrayList<>();
      int from = 0;
      for (long length : golden.longs("lengths")) {
        int to = from + (int) length;
        sequences.add(Arrays.copyOfRange(all, from, to));
        from = to;
      }
      return sequences;
    }
  }

  /** Writes the tokens as another program would. */
  static Path tokens(Path folder) {
    return JobRun.tokens(sequences(), folder);
  }

  /** Writes the labels as a table with a column a concept, of sequences from this one on. */
  static Path labels(Path folder, int firstId) {
    StructType schema =
        new StructType()
            .add("sequence_id", DataTypes.LongType)
            .add("position", DataTypes.IntegerType)
            .add(CONCEPT, DataTypes.StringType);
    List<Row> rows = new ArrayList<>();
    List<int[]> labels = labels();
    for (int sequence = 0; sequence < labels.size(); sequence++) {
      for (int position = 0; position < labels.get(sequence).length; position++) {
        int label = labels.get(sequence)[position];
        if (label >= 0) {
          rows.add(RowFactory.create((long) firstId + sequence, position, COLOURS.get(label)));
        }
      }
    }
    return LocalSpark.write(rows, schema, folder);
  }

  /** A run of the job on model, tokens and labels as they are. */
  static JobRun scrub(Path output, Path tokens, Path labels, String... sets) throws IOException {
    return run("scrub", output, tokens, labels, sets);
  }

  static JobRun run(String job, Path output, Path tokens, Path labels, String... sets) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "model=" + MODEL, "tokens=" + tokens, "labels=" + labels, "concept=" + CONCEPT));
    all.addAll(List.of(sets));
    return JobRun.of(job, output, all);
  }
}
