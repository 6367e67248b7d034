package dev.microtome.jobs.saes;

import dev.microtome.jobs.JobRun;
import dev.microtome.sae.training.SaeScoreRow;
import dev.microtome.sae.training.SaeTrainingRow;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;

/**
 * The job from Parquet to SAE folders: tokens a second and the shares of reading and training. The
 * activations are sparse sums of random directions in sequences of 128, written once.
 */
public final class TrainSaeBenchmark {
  private static final int SEQUENCE = 128;
  private static final int ROWS_OF_FILE = 1 << 15;
  private static final int DIRECTIONS = 1024;
  private static final int ACTIVE = 16;

  private TrainSaeBenchmark() {}

  /**
   * Trains once and prints a line of JSON.
   *
   * @param args folder, width, rows, then settings of the job
   */
  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    int width = Integer.parseInt(args[1]);
    int rows = Integer.parseInt(args[2]);
    Path table = activations(folder, width, rows);
    List<String> arguments = new ArrayList<>(List.of("activations=" + table, "--force"));
    arguments.addAll(Arrays.asList(args).subList(3, args.length));
    JobRun run = JobRun.of("train-sae", folder.resolve("run"), arguments).succeeded();
    List<SaeTrainingRow> training = run.rows(SaeTrainingRow.TABLE);
    SaeTrainingRow last = training.get(training.size() - 1);
    double seconds =
        last.secondsReading()
            + last.secondsEncoding()
            + last.secondsHandingOver()
            + last.secondsRest();
    Map<String, Double> scores =
        run.rows(SaeScoreRow.TABLE).stream()
            .filter(row -> row.sae().equals(last.sae()))
            .collect(Collectors.toMap(SaeScoreRow::metric, SaeScoreRow::value));
    System.out.printf(
        Locale.ROOT,
        "{\"job\": \"train-sae\", \"settings\": \"%s\", \"tokens\": %d, \"seconds\": %.2f, \"tokens_per_second\": %.0f,"
            + " \"median_tokens_per_second\": %.0f, \"reading_share\": %.4f, \"encoding_share\": %.4f, \"handing_over_seconds\": %.3f, \"explained_variance\": %.4f,"
            + " \"same_sequence_share\": %.6f, \"expected_same_sequence_share\": %.6f}%n",
        String.join(" ", arguments.subList(2, arguments.size())),
        last.tokens(),
        seconds,
        last.tokens() / seconds,
        training.stream()
            .mapToDouble(SaeTrainingRow::tokensPerSecond)
            .sorted()
            .skip(training.size() / 2)
            .findFirst()
            .orElseThrow(),
        last.secondsReading() / seconds,
        last.secondsEncoding() / seconds,
        last.secondsHandingOver(),
        scores.getOrDefault("explained_variance", Double.NaN),
        scores.get("same_sequence_share"),
        scores.get("expected_same_sequence_share"));
  }

  /**
   * A table of activations in the folder, written if it is not there, each with the side of zero
   * that its first number is on.
   */
  public static Path activations(Path folder, int width, int rows) throws IOException {
    Path table = folder.resolve("activations-%d-%d".formatted(width, rows));
    if (!Files.exists(table.resolve("finished"))) {
      write(Files.createDirectories(table), width, rows);
      Files.createFile(table.resolve("finished"));
    }
    return table;
  }

  private static void write(Path table, int width, int rows) throws IOException {
    MessageType schema =
        MessageTypeParser.parseMessageType(
            "message activations { required binary hook (STRING); required int64 sequence_id; required int32 position;"
                + " required int32 token_id; required binary activation; required binary side (STRING); }");
    Random random = new Random(1);
    float[][] directions = new float[DIRECTIONS][width];
    for (float[] direction : directions) {
      for (int i = 0; i < width; i++) {
        direction[i] = (float) (random.nextGaussian() / Math.sqrt(width));
      }
    }
    for (int first = 0; first < rows; first += ROWS_OF_FILE) {
      try (ParquetWriter<Group> writer =
          ExampleParquetWriter.builder(
                  new LocalOutputFile(
                      table.resolve("part-%05d.parquet".formatted(first / ROWS_OF_FILE))))
              .withType(schema)
              .withExtraMetaData(Map.of("dtype", "float32"))
              .withCompressionCodec(CompressionCodecName.ZSTD)
              .withDictionaryEncoding("activation", false)
              .build()) {
        for (int row = first; row < Math.min(rows, first + ROWS_OF_FILE); row++) {
          Group group = new SimpleGroup(schema);
          group.add("hook", "h");
          group.add("sequence_id", (long) row / SEQUENCE);
          group.add("position", row % SEQUENCE);
          group.add("token_id", 0);
          byte[] activation = bytes(directions, random);
          group.add("activation", Binary.fromConstantByteArray(activation));
          group.add("side", activation[Float.BYTES - 1] < 0 ? "below" : "above");
          writer.write(group);
        }
      }
    }
  }

  private static byte[] bytes(float[][] directions, Random random) {
    float[] sum = new float[directions[0].length];
    for (int i = 0; i < ACTIVE; i++) {
      float[] direction = directions[random.nextInt(DIRECTIONS)];
      float strength = (float) Math.abs(random.nextGaussian());
      for (int j = 0; j < sum.length; j++) {
        sum[j] += strength * direction[j];
      }
    }
    ByteBuffer bytes = ByteBuffer.allocate(4 * sum.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(sum);
    return bytes.array();
  }
}
