package dev.microtome.jobs.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.microtome.jobs.saes.TrainSaeBenchmark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * The same job on a standalone cluster with one executor of one core and with two.
 *
 * <pre>
 * ExecutorsBenchmark SCRATCH_FOLDER REPEATS [models|saes]
 * </pre>
 *
 * <p>Prints a line of JSON a workload: seconds from the start of the first part to the record of
 * the last, for each number of executors, the medians' ratio, and the same for the whole command.
 */
final class ExecutorsBenchmark {
  private final SparkHome home;
  private final StandaloneCluster cluster;
  private final Path scratch;
  private final int repeats;

  private ExecutorsBenchmark(SparkHome home, StandaloneCluster cluster, Path scratch, int repeats) {
    this.home = home;
    this.cluster = cluster;
    this.scratch = scratch;
    this.repeats = repeats;
  }

  public static void main(String[] args) throws IOException, InterruptedException {
    Path scratch = Files.createDirectories(Path.of(args[0])).toAbsolutePath();
    SparkHome home = SparkHome.staged();
    try (StandaloneCluster cluster = StandaloneCluster.start(home, scratch.resolve("cluster"), 2)) {
      new ExecutorsBenchmark(home, cluster, scratch, Integer.parseInt(args[1]))
          .run(args.length < 3 ? "" : args[2]);
    }
  }

  private void run(String only) throws IOException, InterruptedException {
    if (!only.equals("saes")) {
      models();
    }
    if (!only.equals("models")) {
      saes();
    }
  }

  private void saes() throws IOException, InterruptedException {
    Path activations = TrainSaeBenchmark.activations(scratch, 512, 1 << 17);
    List<String> shared =
        List.of(
            "activations=" + activations,
            "sae.k=32",
            "evaluation-tokens=4096",
            "buffer=16384",
            "tokens-budget=122880");
    List<String> sweep = new ArrayList<>(shared);
    sweep.addAll(List.of("sae.expansion=4", "grid.seed=[0,1]", "saes-per-part=1"));
    compare("train-sae, a sweep of two", scratch.resolve("saes"), "train-sae", sweep);
    List<String> one = new ArrayList<>(shared);
    one.addAll(List.of("sae.expansion=8", "workers=2", "rounds.steps=5"));
    compare("train-sae, one SAE by two workers", scratch.resolve("sae"), "train-sae", one);
  }

  private void models() throws IOException, InterruptedException {
    Path corpus = scratch.resolve("corpus");
    submit(
        2,
        corpus,
        "generate-corpus",
        List.of("kind=induction", "sequences=4096", "text=false", "induction.vocabulary-size=64"));
    List<String> sweep = new ArrayList<>();
    for (int seed = 0; seed < 4; seed++) {
      sweep.add("{name = seed-%d, seed = %d}".formatted(seed, seed));
    }
    Path models = scratch.resolve("models");
    compare(
        "train-model, a sweep of four",
        models,
        "train-model",
        List.of(
            "tokens=" + corpus,
            "steps=120",
            "context-length=128",
            "sequence-length=128",
            "batch-size=64",
            "architecture.d-model=128",
            "checkpoints.every=60",
            "sweep=[" + String.join(", ", sweep) + "]"));
    compare(
        "token-losses of its checkpoints",
        scratch.resolve("losses"),
        "token-losses",
        List.of("checkpoints=[" + models + "]", "tokens=" + corpus, "sequences-per-part=1024"));
  }

  private void compare(String workload, Path output, String job, List<String> settings)
      throws IOException, InterruptedException {
    double[][] parts = new double[2][repeats];
    double[][] commands = new double[2][repeats];
    for (int i = 0; i < repeats; i++) {
      for (int executors = 1; executors <= 2; executors++) {
        long start = System.nanoTime();
        submit(executors, output, job, settings);
        commands[executors - 1][i] = (System.nanoTime() - start) / 1e9;
        parts[executors - 1][i] = partsSpan(output);
      }
    }
    ObjectNode line = new ObjectMapper().createObjectNode();
    line.put("workload", workload).put("repeats", repeats);
    put(line, "parts_seconds", parts);
    put(line, "command_seconds", commands);
    System.out.println(line);
  }

  private static void put(ObjectNode line, String name, double[][] seconds) {
    for (double[] values : seconds) {
      Arrays.sort(values);
    }
    double one = seconds[0][seconds[0].length / 2];
    double two = seconds[1][seconds[1].length / 2];
    line.putArray(name).add(round(one)).add(round(two));
    line.put(name.replace("seconds", "ratio"), round(one / two));
  }

  private static double round(double value) {
    return Math.round(value * 1000) / 1000.0;
  }

  private void submit(int executors, Path output, String job, List<String> settings)
      throws IOException, InterruptedException {
    List<String> options = new ArrayList<>(cluster.options());
    options.addAll(List.of("--conf", "spark.cores.max=" + executors));
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of(job, "--force", "--output", output.toString()));
    for (String setting : settings) {
      arguments.addAll(List.of("--set", setting));
    }
    Path log = scratch.resolve("submit.log");
    int code = home.start(home.submitCommand(options, arguments), log).waitFor();
    if (code != 0) {
      throw new IllegalStateException(
          "%s ended with %d:%n%s".formatted(arguments, code, Files.readString(log)));
    }
  }

  /** Seconds from the start of the first part to the record of the last. */
  private static double partsSpan(Path output) throws IOException {
    Path run = output.resolve(Files.readString(output.resolve("latest")).strip());
    double first = Double.POSITIVE_INFINITY;
    double last = 0;
    try (Stream<Path> records = Files.walk(run.resolve("parts"))) {
      for (Path record : records.filter(path -> path.toString().endsWith(".json")).toList()) {
        JsonNode part = new ObjectMapper().readTree(Files.readString(record));
        double end = Files.getLastModifiedTime(record).toMillis() / 1e3;
        first = Math.min(first, end - part.path("seconds").doubleValue());
        last = Math.max(last, end);
      }
    }
    return last - first;
  }
}
