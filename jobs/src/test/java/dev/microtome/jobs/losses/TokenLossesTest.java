package dev.microtome.jobs.losses;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import dev.microtome.dynamics.LossByPositionRow;
import dev.microtome.dynamics.TokenLossRow;
import dev.microtome.jobs.JobRun;
import dev.microtome.jobs.LocalSpark;
import dev.microtome.model.HookedTransformer;
import dev.microtome.model.TokenBatch;
import dev.microtome.model.TokenLoss;
import dev.microtome.model.load.ModelFiles;
import dev.microtome.model.load.Safetensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The job through the command line, on a series of three: the golden attention-only model (2
 * layers, 40 tokens, a context of 104) with its weights scaled by a quarter, a half, and as it is.
 */
@ExtendWith(LocalSpark.class)
class TokenLossesTest {
  private static final Path GOLDEN = Path.of("../common/src/test/resources/golden");
  private static final int[] STEPS = {10, 200, 3000};
  private static final List<int[]> SEQUENCES = sequences();

  @TempDir private static Path scratch;
  private static Path series;
  private static Path tokens;
  @TempDir private Path output;

  @BeforeAll
  static void writeInputs() throws IOException {
    series = scratch.resolve("series");
    for (int i = 0; i < STEPS.length; i++) {
      checkpoint(series.resolve("step-" + STEPS[i]), (float) Math.pow(2, i - 2));
    }
    tokens = JobRun.tokens(SEQUENCES, scratch.resolve("tokens"));
  }

  @Test
  void everyTokenUnderEveryCheckpoint() throws IOException {
    List<TokenLossRow> rows = run().succeeded().rows(LossTables.TOKENS);

    int next = 0;
    double largest = 0;
    for (int step : STEPS) {
      float[][] losses = losses(series.resolve("step-" + step), SEQUENCES);
      for (int id = 0; id < losses.length; id++) {
        for (int position = 1; position <= losses[id].length; position++) {
          TokenLossRow row = rows.get(next++);
          int token = SEQUENCES.get(id)[position];
          assertThat(row)
              .isEqualTo(new TokenLossRow("series", step, id, position, token, row.loss()));
          largest = Math.max(largest, Math.abs(row.loss() - losses[id][position - 1]));
        }
      }
    }
    assertThat(rows).hasSize(next);
    // float32; other batch shapes add up in another order.
    assertThat(largest).isLessThan(1e-5);
  }

  @Test
  void meansByPositionAreThoseOfTheRows() throws IOException {
    JobRun run = run().succeeded();
    List<TokenLossRow> rows = run.rows(LossTables.TOKENS);
    List<LossByPositionRow> means = run.rows(LossTables.POSITIONS);

    assertThat(means).hasSize(STEPS.length * 59);
    for (LossByPositionRow mean : means) {
      double[] losses =
          rows.stream()
              .filter(row -> row.step() == mean.step() && row.position() == mean.position())
              .mapToDouble(TokenLossRow::loss)
              .toArray();
      double expected = Arrays.stream(losses).average().orElseThrow();
      double squares = Arrays.stream(losses).map(x -> (x - expected) * (x - expected)).sum();
      assertThat(mean.model()).isEqualTo("series");
      assertThat(mean.count()).isEqualTo(losses.length);
      assertThat(mean.meanLoss()).isCloseTo(expected, within(1e-12 * expected));
      if (losses.length == 1) {
        assertThat(mean.standardError()).isNaN();
      } else {
        double error = Math.sqrt(squares / (losses.length - 1) / losses.length);
        assertThat(mean.standardError()).isCloseTo(error, within(1e-12 * expected));
      }
    }
  }

  @Test
  void theSameBitsOnOneCoreAndOnTwo() throws IOException {
    JobRun onTwo = run().succeeded();
    List<TokenLossRow> rows = onTwo.rows(LossTables.TOKENS);
    List<LossByPositionRow> means = onTwo.rows(LossTables.POSITIONS);
    SparkContext.getOrCreate(new SparkConf()).stop();
    System.setProperty("spark.master", "local[1]");
    try {
      JobRun onOne = run("--force").succeeded();
      assertThat(onOne.rows(LossTables.TOKENS)).isEqualTo(rows);
      assertThat(onOne.rows(LossTables.POSITIONS)).isEqualTo(means);
    } finally {
      SparkContext.getOrCreate(new SparkConf()).stop();
      System.setProperty("spark.master", "local[2]");
    }
  }

  @Test
  void aRunWithoutItsEndIsTakenUpAndGivesTheSameRows() throws IOException {
    JobRun run = run().succeeded();
    List<TokenLossRow> rows = run.rows(LossTables.TOKENS);
    List<LossByPositionRow> means = run.rows(LossTables.POSITIONS);
    Path folder = output.resolve(Files.readString(output.resolve("latest")).strip());
    Files.delete(folder.resolve("_SUCCESS"));

    JobRun resumed = run().succeeded();

    assertThat(resumed.out()).contains("Resuming run " + folder);
    assertThat(resumed.rows(LossTables.TOKENS)).isEqualTo(rows);
    assertThat(resumed.rows(LossTables.POSITIONS)).isEqualTo(means);
  }

  @Test
  void onlyThePositionsAskedFor() throws IOException {
    List<TokenLossRow> all = run().succeeded().rows(LossTables.TOKENS);
    List<TokenLossRow> some = run("positions=5").succeeded().rows(LossTables.TOKENS);

    List<TokenLossRow> expected = all.stream().filter(row -> row.position() <= 5).toList();
    assertThat(some).hasSameSizeAs(expected);
    for (int i = 0; i < some.size(); i++) {
      assertThat(some.get(i).sequenceId()).isEqualTo(expected.get(i).sequenceId());
      assertThat(some.get(i).position()).isEqualTo(expected.get(i).position());
      assertThat(some.get(i).loss()).isCloseTo(expected.get(i).loss(), within(1e-5f));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt2", "llama", "gpt-neox", "opt"})
  void lossesEqualHuggingFaces(String name) throws IOException {
    Path folder = GOLDEN.resolve("models/" + name);
    try (Safetensors golden = Safetensors.open(folder.resolve("golden.safetensors"))) {
      int count = golden.tensor("input_ids").shape().get(0).intValue();
      long[] ids = golden.longs("input_ids");
      long[] mask =
          golden.names().contains("attention_mask")
              ? golden.longs("attention_mask")
              : IntStream.range(0, ids.length).mapToLong(i -> 1).toArray();
      float[] expected = golden.floats("per_token_loss");
      int width = ids.length / count;
      int lossWidth = expected.length / count;
      List<int[]> present = new ArrayList<>();
      List<int[]> sequences = new ArrayList<>();
      for (int row = 0; row < count; row++) {
        int start = row * width;
        int[] at = IntStream.range(0, width).filter(i -> mask[start + i] == 1).toArray();
        present.add(at);
        sequences.add(Arrays.stream(at).map(i -> (int) ids[start + i]).toArray());
      }
      Path table = JobRun.tokens(sequences, output.resolve("tokens"));

      List<TokenLossRow> rows =
          JobRun.of(
                  "token-losses",
                  output.resolve("run"),
                  List.of("checkpoints=" + folder, "tokens=" + table))
              .succeeded()
              .rows(LossTables.TOKENS);

      assertThat(rows).hasSize(sequences.stream().mapToInt(each -> each.length - 1).sum());
      for (TokenLossRow row : rows) {
        int sequence = (int) row.sequenceId();
        int at = sequence * lossWidth + present.get(sequence)[0] + row.position() - 1;
        assertThat(row.model()).isEqualTo(name);
        assertThat(row.loss()).isCloseTo(expected[at], within(1e-4f));
      }
    }
  }

  @Test
  void refusesWhatDoesNotFitBeforeSparkWorks() throws IOException {
    run("positions=60").refusedWith("has 60 tokens, positions = 60 needs 61");
    Path large = JobRun.tokens(List.of(new int[] {1, 40}), scratch.resolve("large"));
    run("tokens=" + large)
        .refusedWith("sequence 0, position 1: token 40 is not in the model's vocabulary (0 to 39)");
    Path deep = JobRun.tokens(List.of(new int[105]), scratch.resolve("deep"));
    run("tokens=" + deep).refusedWith("sequence 0 has 105 tokens, the model's context is 104");
    run("checkpoints=" + GOLDEN.resolve("models/bert"))
        .refusedWith("a bert model has no next-token loss");
    run("checkpoints=[" + series + "," + GOLDEN.resolve("models/gpt2") + "]")
        .refusedWith("expected one size for all");
    Path empty = Files.createDirectories(scratch.resolve("bad/step-1"));
    Files.copy(GOLDEN.resolve("framework/config.json"), empty.resolve("config.json"));
    run("checkpoints=" + empty.getParent()).refusedWith("has no weights");
    assertThat(output).isEmptyDirectory();
  }

  @Test
  void tokensThatHaveNothingToPredictAreRefused() throws IOException {
    Path alone = JobRun.tokens(List.of(new int[] {1}, new int[] {2}), scratch.resolve("alone"));
    run("tokens=" + alone)
        .refusedWith("no sequence of at least 2 tokens among the first 2, expected a next token");
    assertThat(output).isEmptyDirectory();
  }

  @Test
  void aDivergedCheckpointIsNamed() throws IOException {
    Path diverged = scratch.resolve("diverged/step-7");
    checkpoint(diverged, Float.NaN);
    run("checkpoints=" + diverged, "sequences-per-part=9", "batch-tokens=1")
        .refusedWith(
            "step 7 of model 'diverged': sequence 0, position 1: the loss of token "
                + SEQUENCES.get(0)[1]
                + " is NaN; expected a finite number");
  }

  private JobRun run(String... sets) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "checkpoints=" + series,
                "tokens=" + tokens,
                "sequences-per-part=4",
                "batch-tokens=128"));
    all.addAll(List.of(sets));
    return JobRun.of("token-losses", output, all);
  }

  private static float[][] losses(Path folder, List<int[]> sequences) {
    try (NDManager manager = NDManager.newBaseManager();
        HookedTransformer model = HookedTransformer.load(ModelFiles.open(folder), manager)) {
      return sequences.stream()
          .map(each -> TokenLoss.nextToken(model, TokenBatch.of(each), manager)[0])
          .toArray(float[][]::new);
    }
  }

  private static void checkpoint(Path folder, float factor) throws IOException {
    Files.createDirectories(folder);
    Files.copy(GOLDEN.resolve("framework/config.json"), folder.resolve("config.json"));
    byte[] weights = Files.readAllBytes(GOLDEN.resolve("framework/model.safetensors"));
    ByteBuffer file = ByteBuffer.wrap(weights).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 8 + (int) file.getLong(0); at < weights.length; at += 4) {
      file.putFloat(at, file.getFloat(at) * factor);
    }
    Files.write(folder.resolve("model.safetensors"), weights);
  }

  private static List<int[]> sequences() {
    Random random = new Random(8);
    return IntStream.range(0, 9)
        .mapToObj(i -> random.ints(i == 0 ? 60 : 45 + i, 0, 40).toArray())
        .toList();
  }
}
