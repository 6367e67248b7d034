package dev.microtome.jobs.activations;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.OperatingSystemMXBean;
import dev.microtome.jobs.Main;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Times the whole job, command line to {@code _SUCCESS}: tokens in Parquet, activations out in
 * Parquet. Spark's settings come from system properties. The model is loaded by a run that does not
 * count, as it is by the first part of a long run.
 *
 * <pre>
 * CollectBenchmark MODEL_FOLDER VOCABULARY HOOK,HOOK BATCH CONTEXT BATCHES REPEATS ENCODING SCRATCH_FOLDER
 * </pre>
 *
 * <p>Prints a line of JSON: tokens a second of the command, and of its parts alone (without
 * planning, which digests the model, and without verification), which is what a long run
 * approaches. Each run is followed by one that stores the last position of each sequence only: the
 * difference is what writing costs, as a share of the parts' wall time and in processor time a
 * token.
 */
final class CollectBenchmark {
  private CollectBenchmark() {}

  public static void main(String[] args) throws IOException {
    Path model = Path.of(args[0]);
    int vocabulary = Integer.parseInt(args[1]);
    int batch = Integer.parseInt(args[3]);
    int context = Integer.parseInt(args[4]);
    int batches = Integer.parseInt(args[5]);
    int repeats = Integer.parseInt(args[6]);
    Path scratch = Path.of(args[8]);
    Path tokens =
        scratch.resolve("tokens-%d-%d-%d".formatted(vocabulary, context, batch * batches));
    if (!Files.exists(tokens)) {
      writeTokens(tokens, vocabulary, context, batch * batches);
    }
    String[] settings = {
      "model=" + model,
      "tokens=" + tokens,
      "hooks=[" + args[2] + "]",
      "batch-tokens=" + batch * context,
      "encoding=" + args[7],
      // Four parts, so that two tasks have two each.
      "sequences-per-part=" + Math.max(batch, batch * batches / 4)
    };
    long total = (long) batch * context * batches;
    double[] wholeRates = new double[repeats];
    double[] partRates = new double[repeats];
    double[] cpuMicros = new double[repeats];
    double[] writingShares = new double[repeats];
    double[] writingCpuMicros = new double[repeats];
    long bytes = 0;
    for (int i = -1; i < repeats; i++) {
      Run all = run(scratch.resolve("run"), settings, "all");
      Run last = run(scratch.resolve("run"), settings, "last");
      if (i >= 0) {
        wholeRates[i] = total / all.seconds;
        partRates[i] = total / all.partSeconds;
        cpuMicros[i] = all.cpuMicros / total;
        writingShares[i] = 1 - last.partSeconds / all.partSeconds;
        writingCpuMicros[i] = (all.cpuMicros - last.cpuMicros) / total;
        bytes = all.bytes;
      }
    }
    for (double[] values :
        List.of(wholeRates, partRates, cpuMicros, writingShares, writingCpuMicros)) {
      Arrays.sort(values);
    }
    ObjectNode line = new ObjectMapper().createObjectNode();
    line.put("workload", "collect_activations")
        .put("peer", "microtome")
        .put("model", model.getFileName().toString())
        .put("encoding", args[7])
        .put("tasks", tasks())
        .put("threads", Integer.getInteger("spark.task.cpus", 1))
        .put("batch", batch)
        .put("context", context)
        .put("tokens", total)
        .put("min", partRates[0])
        .put("median", partRates[repeats / 2])
        .put("max", partRates[repeats - 1])
        .put("command_median", wholeRates[repeats / 2])
        .put("cpu_us_per_token", cpuMicros[repeats / 2])
        .put("writing_share", writingShares[repeats / 2])
        .put("writing_cpu_us_per_token", writingCpuMicros[repeats / 2])
        .put("bytes_per_token", (double) bytes / total);
    System.out.println(line);
    SparkContext.getOrCreate(new SparkConf()).stop();
  }

  private record Run(double seconds, double partSeconds, double cpuMicros, long bytes) {}

  private static Run run(Path output, String[] settings, String positions) throws IOException {
    List<String> command = new ArrayList<>();
    command.addAll(List.of("collect-activations", "--force", "--output", output.toString()));
    for (String setting : settings) {
      command.addAll(List.of("--set", setting));
    }
    command.addAll(List.of("--set", "positions=" + positions));
    deleteRuns(output);
    OperatingSystemMXBean process =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    long cpuBefore = process.getProcessCpuTime();
    long start = System.nanoTime();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream quiet = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
    int code =
        Main.run(
            quiet,
            new PrintStream(err, true, StandardCharsets.UTF_8),
            command.toArray(String[]::new));
    if (code != 0) {
      throw new IllegalStateException(err.toString(StandardCharsets.UTF_8));
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    double cpuMicros = (process.getProcessCpuTime() - cpuBefore) / 1e3;
    return new Run(seconds, partSeconds(output), cpuMicros, bytes(output));
  }

  private static int tasks() {
    int cores = SparkContext.getOrCreate(new SparkConf()).defaultParallelism();
    return cores / Integer.getInteger("spark.task.cpus", 1);
  }

  /** Seconds that the parts took, spread over the tasks that ran at once. */
  private static double partSeconds(Path output) throws IOException {
    double seconds = 0;
    try (Stream<Path> parts = Files.list(latest(output).resolve("parts"))) {
      for (Path part : parts.toList()) {
        JsonNode record = new ObjectMapper().readTree(Files.readString(part));
        seconds += record.path("seconds").doubleValue();
      }
    }
    return seconds / tasks();
  }

  private static long bytes(Path output) throws IOException {
    long bytes = 0;
    try (Stream<Path> files = Files.list(latest(output).resolve("activations"))) {
      for (Path file : files.toList()) {
        bytes += Files.size(file);
      }
    }
    return bytes;
  }

  private static Path latest(Path output) throws IOException {
    return output.resolve(Files.readString(output.resolve("latest")).strip());
  }

  private static void deleteRuns(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> all = Files.walk(folder)) {
        for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }

  private static void writeTokens(Path folder, int vocabulary, int context, int sequences) {
    StructType schema =
        new StructType()
            .add("sequence_id", DataTypes.LongType)
            .add("tokens", DataTypes.createArrayType(DataTypes.IntegerType));
    Random random = new Random(0);
    List<Row> rows =
        IntStream.range(0, sequences)
            .mapToObj(
                i ->
                    RowFactory.create(
                        (long) i, random.ints(context, 0, vocabulary).boxed().toArray()))
            .toList();
    SparkContext.getOrCreate(new SparkConf());
    SparkSession.builder()
        .getOrCreate()
        .createDataFrame(rows, schema)
        .coalesce(1)
        .write()
        .parquet(folder.toString());
  }
}
