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
 * The same job on a standalone cluster with one executor and with two, each with a core of its own
 * for all its threads ({@link StandaloneCluster#startPinned}); the driver goes where there is room.
 * In each repeat one executor is measured and then two.
 *
 * <pre>
 * ExecutorsBenchmark SCRATCH_FOLDER REPEATS [models|losses|erasers|saes|sae-sweep|sae-rounds [TOKENS [WIDTH]]]
 * </pre>
 *
 * <p>TOKENS are those of all SAEs, or the rows of erasers, 524,288 without; a multiple of 8,192.
 * WIDTH is that of the SAEs' activations, 512 without.
 *
 * <p>Prints a line of JSON a workload: seconds from the start of the first part to the record of
 * the last, for each number of executors, the medians' ratio, the same for the whole command, and
 * what two cores gain on matrix products alone between the repeats ({@link CoreArithmetic}).
 */
final class ExecutorsBenchmark {
  private final SparkHome home;
  private final StandaloneCluster cluster;
  private final Path scratch;
  private final int repeats;
  private final long tokens;
  private final int width;

  private ExecutorsBenchmark(
      SparkHome home,
      StandaloneCluster cluster,
      Path scratch,
      int repeats,
      long tokens,
      int width) {
    this.home = home;
    this.cluster = cluster;
    this.scratch = scratch;
    this.repeats = repeats;
    this.tokens = tokens;
    this.width = width;
  }

  public static void main(String[] args) throws IOException, InterruptedException {
    Path scratch = Files.createDirectories(Path.of(args[0])).toAbsolutePath();
    SparkHome home = SparkHome.staged();
    try (StandaloneCluster cluster =
        StandaloneCluster.startPinned(home, scratch.resolve("cluster"), 2)) {
      long tokens = args.length < 4 ? 1 << 19 : Long.parseLong(args[3]);
      int width = args.length < 5 ? 512 : Integer.parseInt(args[4]);
      new ExecutorsBenchmark(home, cluster, scratch, Integer.parseInt(args[1]), tokens, width)
          .run(args.length < 3 ? "" : args[2]);
    }
  }

  private void run(String only) throws IOException, InterruptedException {
    if (only.isEmpty() || only.equals("models")) {
      models();
    }
    if (only.isEmpty() || only.equals("losses")) {
      losses();
    }
    if (only.isEmpty() || only.equals("erasers")) {
      erasers();
    }
    if (only.isEmpty() || only.equals("saes") || only.equals("sae-sweep")) {
      saeSweep();
    }
    if (only.isEmpty() || only.equals("saes") || only.equals("sae-rounds")) {
      saeRounds();
    }
  }

  /** Tokens are seen several times: what is measured is training, not its beginning. */
  private List<String> saes(long budget, String... others) throws IOException {
    int rows = 1 << 16;
    int held = 4096;
    Path activations = TrainSaeBenchmark.activations(scratch, width, rows);
    List<String> settings = new ArrayList<>();
    settings.addAll(
        List.of(
            "activations=" + activations,
            "sae.k=32",
            "evaluation-tokens=" + held,
            "buffer=16384",
            "epochs=" + (2 + budget / (rows - held)),
            "tokens-budget=" + budget));
    settings.addAll(List.of(others));
    return settings;
  }

  private void saeSweep() throws IOException, InterruptedException {
    compare(
        "train-sae, a sweep of two",
        scratch.resolve("saes"),
        "train-sae",
        saes(tokens / 2, "sae.expansion=8", "grid.seed=[0,1]", "saes-per-part=1"));
  }

  private void saeRounds() throws IOException, InterruptedException {
    Path output = scratch.resolve("sae");
    compare(
        "train-sae, one SAE by two workers",
        output,
        "train-sae",
        saes(tokens, "sae.expansion=8", "workers=2", "rounds.steps=32"));
  }

  private void models() throws IOException, InterruptedException {
    List<String> settings = new ArrayList<>(sweep(4, corpus("corpus", 4096, 64)));
    settings.addAll(
        List.of("steps=120", "batch-size=64", "architecture.d-model=128", "checkpoints.every=60"));
    compare("train-model, a sweep of four", scratch.resolve("models"), "train-model", settings);
  }

  /** Moments of 768 numbers, read from Parquet: the parts, before they are merged. */
  private void erasers() throws IOException, InterruptedException {
    Path activations = TrainSaeBenchmark.activations(scratch, 768, Math.toIntExact(tokens));
    compare(
        "fit-leace",
        scratch.resolve("erasers"),
        "fit-leace",
        List.of("activations=" + activations, "concepts=[side]", "rows-per-part=16384"));
  }

  /** Weights of no worth, as wide as those of a model that one would take a cluster for. */
  private void losses() throws IOException, InterruptedException {
    Path corpus = corpus("words", 512, 4096);
    Path models = scratch.resolve("checkpoints");
    List<String> settings = new ArrayList<>(sweep(2, corpus));
    settings.addAll(
        List.of(
            "steps=2",
            "warm-up=1",
            "batch-size=1",
            "architecture.d-model=512",
            "architecture.layers=4",
            "architecture.heads=8"));
    submit(2, models, "train-model", settings);
    compare(
        "token-losses of two checkpoints",
        scratch.resolve("losses"),
        "token-losses",
        List.of("checkpoints=[" + models + "]", "tokens=" + corpus, "sequences-per-part=64"));
  }

  /** Models that differ by their seeds. */
  private static List<String> sweep(int count, Path corpus) {
    List<String> models = new ArrayList<>();
    for (int seed = 0; seed < count; seed++) {
      models.add("{name = seed-%d, seed = %d}".formatted(seed, seed));
    }
    return List.of(
        "tokens=" + corpus,
        "context-length=128",
        "sequence-length=128",
        "sweep=[" + String.join(", ", models) + "]");
  }

  private Path corpus(String name, int sequences, int words)
      throws IOException, InterruptedException {
    Path corpus = scratch.resolve(name);
    submit(
        2,
        corpus,
        "generate-corpus",
        List.of(
            "kind=induction",
            "sequences=" + sequences,
            "text=false",
            "induction.vocabulary-size=" + words));
    return corpus;
  }

  private void compare(String workload, Path output, String job, List<String> settings)
      throws IOException, InterruptedException {
    double[][] parts = new double[2][repeats];
    double[][] commands = new double[2][repeats];
    double[] gains = new double[repeats];
    for (int i = 0; i < repeats; i++) {
      gains[i] = CoreArithmetic.gain();
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
    Arrays.sort(gains);
    line.put("products_ratio", round(gains[repeats / 2]));
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
