package dev.microtome.jobs.losses;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.microtome.jobs.TimedJob;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;

/**
 * Times the whole job: tokens in Parquet, a loss for each token out in Parquet. The model is loaded
 * by a run that does not count.
 *
 * <pre>
 * LossBenchmark MODEL_FOLDER VOCABULARY CONTEXT SEQUENCES REPEATS SCRATCH_FOLDER
 * </pre>
 *
 * <p>Prints a line of JSON: tokens a second of the job's parts alone, and of the command.
 */
final class LossBenchmark {
  private LossBenchmark() {}

  public static void main(String[] args) throws IOException {
    Path model = Path.of(args[0]);
    int vocabulary = Integer.parseInt(args[1]);
    int context = Integer.parseInt(args[2]);
    int sequences = Integer.parseInt(args[3]);
    int repeats = Integer.parseInt(args[4]);
    Path scratch = Path.of(args[5]);
    List<String> settings =
        List.of(
            "checkpoints=[" + model + "]",
            "tokens=" + TimedJob.randomTokens(scratch, vocabulary, context, sequences),
            // Four parts, so that two tasks have two each.
            "sequences-per-part=" + Math.max(1, sequences / 4));
    long total = (long) context * sequences;
    double[] wholeRates = new double[repeats];
    double[] partRates = new double[repeats];
    for (int i = -1; i < repeats; i++) {
      TimedJob run =
          TimedJob.run("token-losses", scratch.resolve("losses"), "token_losses", settings);
      if (i >= 0) {
        wholeRates[i] = total / run.seconds();
        partRates[i] = total / run.partSeconds();
      }
    }
    Arrays.sort(wholeRates);
    Arrays.sort(partRates);
    ObjectNode line = new ObjectMapper().createObjectNode();
    line.put("workload", "token_loss")
        .put("peer", "microtome")
        .put("model", model.getFileName().toString())
        .put("tasks", TimedJob.tasks())
        .put("threads", TimedJob.threads())
        .put("context", context)
        .put("tokens", total)
        .put("min", partRates[0])
        .put("median", partRates[repeats / 2])
        .put("max", partRates[repeats - 1])
        .put("command_median", wholeRates[repeats / 2]);
    System.out.println(line);
    SparkContext.getOrCreate(new SparkConf()).stop();
  }
}
