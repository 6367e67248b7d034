package dev.microtome.jobs.activations;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.microtome.jobs.TimedJob;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;

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
    Path tokens = TimedJob.randomTokens(scratch, vocabulary, context, batch * batches);
    List<String> settings =
        List.of(
            "model=" + model,
            "tokens=" + tokens,
            "hooks=[" + args[2] + "]",
            "batch-tokens=" + batch * context,
            "encoding=" + args[7],
            // Four parts, so that two tasks have two each.
            "sequences-per-part=" + Math.max(batch, batch * batches / 4));
    long total = (long) batch * context * batches;
    double[] wholeRates = new double[repeats];
    double[] partRates = new double[repeats];
    double[] cpuMicros = new double[repeats];
    double[] writingShares = new double[repeats];
    double[] writingCpuMicros = new double[repeats];
    long bytes = 0;
    for (int i = -1; i < repeats; i++) {
      TimedJob all = run(scratch, settings, "all");
      TimedJob last = run(scratch, settings, "last");
      if (i >= 0) {
        wholeRates[i] = total / all.seconds();
        partRates[i] = total / all.partSeconds();
        cpuMicros[i] = all.cpuMicros() / total;
        writingShares[i] = 1 - last.partSeconds() / all.partSeconds();
        writingCpuMicros[i] = (all.cpuMicros() - last.cpuMicros()) / total;
        bytes = all.bytes();
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
        .put("tasks", TimedJob.tasks())
        .put("threads", TimedJob.threads())
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

  private static TimedJob run(Path scratch, List<String> settings, String positions)
      throws IOException {
    List<String> all = new ArrayList<>(settings);
    all.add("positions=" + positions);
    return TimedJob.run("collect-activations", scratch.resolve("run"), "activations", all);
  }
}
