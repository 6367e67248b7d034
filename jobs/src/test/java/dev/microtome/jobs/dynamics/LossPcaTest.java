package dev.microtome.jobs.dynamics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.microtome.dynamics.LossPcaComponentRow;
import dev.microtome.dynamics.LossPcaLoadingRow;
import dev.microtome.dynamics.LossPcaRow;
import dev.microtome.dynamics.TokenLossRow;
import dev.microtome.jobs.JobRun;
import dev.microtome.jobs.LocalSpark;
import dev.microtome.linalg.Matrix;
import dev.microtome.stats.LargestLoadings;
import dev.microtome.stats.Pca;
import dev.microtome.stats.PcaFitter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.function.Predicate;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The job through the command line, on made-up losses of two models. */
@ExtendWith(LocalSpark.class)
class LossPcaTest {
  private static final String[] MODELS = {"one-layer", "two-layer"};
  private static final int STEPS = 4;
  private static final int CHECKPOINTS = MODELS.length * STEPS;
  private static final int SEQUENCES = 12;
  private static final int COMPONENTS = 3;

  private static final StructType SCHEMA =
      new StructType()
          .add("model", DataTypes.StringType)
          .add("step", DataTypes.LongType)
          .add("sequence_id", DataTypes.LongType)
          .add("position", DataTypes.IntegerType)
          .add("token_id", DataTypes.IntegerType)
          .add("loss", DataTypes.FloatType)
          .add("file", DataTypes.StringType);

  @TempDir private Path folder;

  /** A file a checkpoint and block of four sequences, as the job token-losses cuts them. */
  @Test
  void isThePcaOfTheWholeMatrix() throws IOException {
    Path losses = asTokenLossesCuts("losses", row -> true);

    JobRun run = run("out", List.of(losses), "one-token-per-sequence=false").succeeded();

    List<TokenLossRow> columns = losses().subList(0, losses().size() / CHECKPOINTS);
    Matrix x =
        Matrix.of(
            CHECKPOINTS,
            columns.size(),
            losses().stream().mapToDouble(TokenLossRow::loss).toArray());
    Pca pca = directly(x);
    List<LossPcaComponentRow> components = run.rows(LossPcaTables.COMPONENTS);
    assertThat(components).hasSize(COMPONENTS);
    for (LossPcaComponentRow row : components) {
      double variance = pca.explainedVariance(row.component());
      // Float64 sums in another order; saw 2e-15.
      assertThat(row.explainedVariance()).isCloseTo(variance, within(1e-12 * variance));
      assertThat(row.explainedVarianceRatio())
          .isCloseTo(pca.explainedVarianceRatio(row.component()), within(1e-12));
    }
    List<LossPcaRow> scores = run.rows(LossPcaTables.SCORES);
    assertThat(scores).hasSize(CHECKPOINTS * COMPONENTS);
    for (int i = 0; i < scores.size(); i++) {
      LossPcaRow row = scores.get(i);
      int checkpoint = i / COMPONENTS;
      assertThat(row.model()).isEqualTo(MODELS[checkpoint / STEPS]);
      assertThat(row.step()).isEqualTo(10L * (checkpoint % STEPS));
      assertThat(row.score()).isCloseTo(pca.score(checkpoint, row.component()), within(1e-10));
    }
    List<LossPcaLoadingRow> loadings = run.rows(LossPcaTables.LOADINGS);
    assertThat(loadings).hasSize(columns.size() * COMPONENTS);
    Matrix expected = pca.loadings(x);
    for (int i = 0; i < loadings.size(); i++) {
      LossPcaLoadingRow row = loadings.get(i);
      TokenLossRow token = columns.get(i / COMPONENTS);
      assertThat(row.sequenceId()).isEqualTo(token.sequenceId());
      assertThat(row.position()).isEqualTo(token.position());
      assertThat(row.tokenId()).isEqualTo(token.tokenId());
      assertThat(row.loading())
          .isCloseTo(expected.at(row.component(), i / COMPONENTS), within(1e-10));
    }
  }

  /** 8 · 46 losses: parts of one block, of a fraction of it, of several. */
  @ParameterizedTest(name = "{0} losses a part")
  @ValueSource(longs = {25, 130, 300})
  void isTheSameWhateverTheFilesAndParts(long lossesPerPart) throws IOException {
    JobRun whole = run("whole", List.of(shuffled("one", 1))).succeeded();
    Path cut = asTokenLossesCuts("cut", row -> true);
    assertSame(run("cut-out", List.of(cut), "losses-per-part=" + lossesPerPart), whole);
    Path mixed = shuffled("mixed", 5);
    assertSame(run("mixed-out", List.of(mixed), "losses-per-part=" + lossesPerPart), whole);
  }

  @Test
  void modelsOfSeveralRunsLieInOnePlane() throws IOException {
    JobRun together = run("both", List.of(asTokenLossesCuts("all", row -> true))).succeeded();
    Path second = asTokenLossesCuts("second", row -> row.model().equals(MODELS[1]));
    Path first = asTokenLossesCuts("first", row -> row.model().equals(MODELS[0]));
    assertSame(run("apart", List.of(second, first)), together);
  }

  @Test
  void oneTokenOfEachSequenceFollowsTheSeed() throws IOException {
    Path losses = shuffled("losses", 2);
    List<LossPcaLoadingRow> first =
        run("a", List.of(losses)).succeeded().rows(LossPcaTables.LOADINGS);
    assertThat(first).hasSize(SEQUENCES * COMPONENTS);
    assertThat(positions(first))
        .isNotEqualTo(
            positions(
                run("b", List.of(losses), "seed=1").succeeded().rows(LossPcaTables.LOADINGS)));
  }

  @Test
  void refusesALossThatIsMissing() throws IOException {
    Path losses =
        asTokenLossesCuts(
            "losses",
            row ->
                !(row.model().equals(MODELS[1])
                    && row.step() == 20
                    && row.sequenceId() == 6
                    && row.position() == 2));
    JobRun run = run("out", List.of(losses));
    run.refusedWith(
        "model 'two-layer', step 20 has no loss of sequence_id 6, position 2, which file:");
    run.refusedWith(" has for another checkpoint");
  }

  @Test
  void refusesTwoRunsWithOneCheckpoint() throws IOException {
    Path all = asTokenLossesCuts("all", row -> true);
    Path again = asTokenLossesCuts("again", row -> row.step() == 30);
    JobRun run = run("out", List.of(all, again));
    run.refusedWith("token-losses: model 'one-layer', step 30 comes twice, in file:");
    run.refusedWith("(sequence_id 0, position 1)");
  }

  @Test
  void refusesRunsOfOtherTokens() throws IOException {
    Path early = asTokenLossesCuts("early", row -> row.sequenceId() < 4);
    Path late = asTokenLossesCuts("late", row -> row.sequenceId() >= 4);
    run("out", List.of(early, late))
        .refusedWith(
            "has sequence_id 0 to 3, "
                + late
                + " has 4 to 11 and none in common: losses of the same tokens are needed");
  }

  @Test
  void refusesMoreComponentsThanCheckpointsHave() throws IOException {
    run("out", List.of(shuffled("losses", 1)), "components=8")
        .refusedWith("components = 8: 8 checkpoints have at most 7");
  }

  @Test
  void refusesCheckpointsThatAreAllTheSame() throws IOException {
    List<TokenLossRow> rows = new ArrayList<>();
    for (TokenLossRow row : losses()) {
      rows.add(
          new TokenLossRow(
              row.model(), row.step(), row.sequenceId(), row.position(), row.tokenId(), 0.1f));
    }
    run("out", List.of(write(rows, folder.resolve("same"), row -> "all")))
        .refusedWith("token-losses: all 8 checkpoints have the same losses");
  }

  /** A part of 130 losses: 4 bytes for each and 60 for each of 16 tokens; as columns 4 and 56. */
  @Test
  void aDryRunCountsPartsAndWritesNothing() throws IOException {
    JobRun run =
        run(
                "out",
                List.of(asTokenLossesCuts("cut", row -> true)),
                "losses-per-part=130",
                "one-token-per-sequence=false",
                "--dry-run")
            .succeeded();
    assertThat(run.out())
        .contains(
            "parts: 4",
            "losses: 368",
            "rows: 165",
            "memory of a task: about 2.9 kB (the losses of 16 tokens, a part, and as columns)");
    assertThat(folder.resolve("out")).doesNotExist();
  }

  private JobRun run(String output, List<Path> losses, String... sets) {
    List<String> all = new ArrayList<>();
    all.add(
        "token-losses=["
            + String.join(",", losses.stream().map(path -> "\"" + path + "\"").toList())
            + "]");
    all.add("components=" + COMPONENTS);
    all.addAll(List.of(sets));
    return JobRun.of("loss-pca", folder.resolve(output), all);
  }

  private static void assertSame(JobRun found, JobRun expected) throws IOException {
    List<LossPcaRow> scores = found.succeeded().rows(LossPcaTables.SCORES);
    List<LossPcaRow> otherScores = expected.rows(LossPcaTables.SCORES);
    assertThat(scores).hasSameSizeAs(otherScores).isNotEmpty();
    for (int i = 0; i < scores.size(); i++) {
      LossPcaRow row = scores.get(i);
      LossPcaRow other = otherScores.get(i);
      assertThat(new LossPcaRow(row.model(), row.step(), row.component(), other.score()))
          .isEqualTo(other);
      // The Gram matrix is summed up in another order.
      assertThat(row.score()).isCloseTo(other.score(), within(1e-10));
    }
    List<LossPcaLoadingRow> loadings = found.rows(LossPcaTables.LOADINGS);
    List<LossPcaLoadingRow> otherLoadings = expected.rows(LossPcaTables.LOADINGS);
    assertThat(positions(loadings)).isEqualTo(positions(otherLoadings)).isNotEmpty();
    for (int i = 0; i < loadings.size(); i++) {
      assertThat(loadings.get(i).loading())
          .isCloseTo(otherLoadings.get(i).loading(), within(1e-10));
    }
  }

  private static List<String> positions(List<LossPcaLoadingRow> rows) {
    return rows.stream()
        .map(
            row ->
                row.component()
                    + " "
                    + row.sequenceId()
                    + " "
                    + row.position()
                    + " "
                    + row.tokenId())
        .toList();
  }

  private static Pca directly(Matrix x) {
    PcaFitter fitter = PcaFitter.ofRows(x.rows());
    fitter.add(x);
    Pca pca = fitter.fit(COMPONENTS);
    LargestLoadings largest = LargestLoadings.ofComponents(COMPONENTS);
    largest.add(pca.loadings(x));
    return pca.signedBy(largest);
  }

  /** All losses, by checkpoint, sequence, position: 2 to 6 tokens a sequence, 46 in all. */
  private static List<TokenLossRow> losses() {
    Random random = new Random(1);
    List<TokenLossRow> rows = new ArrayList<>();
    for (String model : MODELS) {
      for (int step = 0; step < STEPS; step++) {
        for (long id = 0; id < SEQUENCES; id++) {
          for (int position = 1; position <= 2 + id * 7 % 5; position++) {
            rows.add(
                new TokenLossRow(
                    model,
                    10L * step,
                    id,
                    position,
                    (int) (31 * id + position),
                    (float) (5 - step + random.nextGaussian())));
          }
        }
      }
    }
    return rows;
  }

  private Path asTokenLossesCuts(String name, Predicate<TokenLossRow> kept) {
    return write(
        losses().stream().filter(kept).toList(),
        folder.resolve(name),
        row -> row.model() + "-" + row.step() + "-" + row.sequenceId() / 4);
  }

  private Path shuffled(String name, int files) {
    List<TokenLossRow> rows = new ArrayList<>(losses());
    Collections.shuffle(rows, new Random(7));
    return write(
        rows,
        folder.resolve(name),
        row -> Integer.toString(rows.indexOf(row) * files / rows.size()));
  }

  /** Writes the rows as another program would, in files by this name, in their order. */
  private static Path write(
      List<TokenLossRow> rows, Path table, Function<TokenLossRow, String> file) {
    List<Row> all = new ArrayList<>();
    for (TokenLossRow row : rows) {
      all.add(
          RowFactory.create(
              row.model(),
              row.step(),
              row.sequenceId(),
              row.position(),
              row.tokenId(),
              row.loss(),
              file.apply(row)));
    }
    SparkSession.builder()
        .getOrCreate()
        .createDataFrame(all, SCHEMA)
        .coalesce(1)
        .write()
        .partitionBy("file")
        .parquet(table.toString());
    return table;
  }
}
