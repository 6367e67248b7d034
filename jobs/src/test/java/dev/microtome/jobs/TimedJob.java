package dev.microtome.jobs;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.management.OperatingSystemMXBean;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
 * One run of a job in this JVM, timed, for benchmarks. Spark's settings come from system
 * properties.
 *
 * @param seconds of the command: planning, parts, verification
 * @param partSeconds that the parts took, spread over the tasks that ran at once: what a long run
 *     approaches
 * @param cpuMicros processor time of the JVM
 * @param bytes of the table that was asked for
 */
public record TimedJob(double seconds, double partSeconds, double cpuMicros, long bytes) {
  /** Runs a job into an empty folder. */
  public static TimedJob run(String job, Path output, String table, List<String> settings)
      throws IOException {
    List<String> command = new ArrayList<>(List.of(job, "--output", output.toString()));
    for (String setting : settings) {
      command.addAll(List.of("--set", setting));
    }
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
    Path latest = output.resolve(Files.readString(output.resolve("latest")).strip());
    return new TimedJob(seconds, partSeconds(latest), cpuMicros, bytes(latest.resolve(table)));
  }

  /** Tasks that run at once. */
  public static int tasks() {
    int cores = SparkContext.getOrCreate(new SparkConf()).defaultParallelism();
    return cores / threads();
  }

  /** Threads of a task. */
  public static int threads() {
    return Integer.getInteger("spark.task.cpus", 1);
  }

  /** Writes a tokens table of random ids, unless it is there. */
  public static Path randomTokens(Path scratch, int vocabulary, int context, int sequences) {
    Path folder = scratch.resolve("tokens-%d-%d-%d".formatted(vocabulary, context, sequences));
    if (Files.exists(folder)) {
      return folder;
    }
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
    return folder;
  }

  private static double partSeconds(Path run) throws IOException {
    double seconds = 0;
    try (Stream<Path> parts = Files.walk(run.resolve("parts"))) {
      for (Path part : parts.filter(path -> path.toString().endsWith(".json")).toList()) {
        seconds +=
            new ObjectMapper().readTree(Files.readString(part)).path("seconds").doubleValue();
      }
    }
    return seconds / tasks();
  }

  private static long bytes(Path table) throws IOException {
    long bytes = 0;
    try (Stream<Path> files = Files.list(table)) {
      for (Path file : files.toList()) {
        bytes += Files.size(file);
      }
    }
    return bytes;
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
}
