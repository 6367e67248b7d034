package dev.microtome.jobs.circuits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.microtome.circuits.BigramFitRow;
import dev.microtome.circuits.BigramRow;
import dev.microtome.circuits.CircuitScoreRow;
import dev.microtome.circuits.CompositionRow;
import dev.microtome.circuits.SkipTrigramRow;
import dev.microtome.circuits.VirtualHeadRow;
import dev.microtome.jobs.JobRun;
import dev.microtome.jobs.LocalSpark;
import dev.microtome.model.load.Safetensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The job through the command line, against the golden values of the attention-only model. */
@ExtendWith(LocalSpark.class)
class FrameworkTest {
  private static final Path GOLDEN = Path.of("../common/src/test/resources/golden");
  private static final int LAYERS = 2;
  private static final int HEADS = 4;
  private static final int VOCABULARY = 40;

  @TempDir private Path output;

  @Test
  void tablesHoldTheGoldenValues() throws IOException {
    JobRun run = run("framework", "bigrams=40", "skip-trigrams=7").succeeded();

    try (Safetensors golden = Safetensors.open(GOLDEN.resolve("framework/framework.safetensors"))) {
      double[] bigram = golden.doubles("bigram");
      List<BigramRow> bigrams = run.rows(FrameworkTables.BIGRAMS);
      assertThat(bigrams).hasSize(VOCABULARY * VOCABULARY);
      for (BigramRow row : bigrams) {
        assertThat(row.model()).isEqualTo("framework");
        assertThat(row.step()).isZero();
        assertThat(row.logit())
            .isCloseTo(bigram[row.source() * VOCABULARY + row.out()], within(1e-9));
      }

      Map<String, String> names =
          Map.of(
              "full_ov_copying", "copying.full_ov",
              "ov_copying", "copying.ov",
              "full_qk_matching", "matching.full_qk");
      List<CircuitScoreRow> scores = run.rows(FrameworkTables.SCORES);
      assertThat(scores).hasSize(LAYERS * HEADS * 5);
      for (CircuitScoreRow row : scores) {
        if (names.containsKey(row.score())) {
          assertThat(row.value())
              .isCloseTo(
                  golden.doubles(names.get(row.score()))[row.layer() * HEADS + row.head()],
                  within(1e-9));
        } else {
          assertThat(row.value()).isPositive();
        }
      }

      List<CompositionRow> compositions = run.rows(FrameworkTables.COMPOSITION);
      assertThat(compositions).hasSize(3 * HEADS * HEADS);
      for (CompositionRow row : compositions) {
        int at =
            ((row.firstLayer() * HEADS + row.firstHead()) * LAYERS + row.secondLayer()) * HEADS
                + row.secondHead();
        assertThat(row.value())
            .isCloseTo(golden.doubles("composition." + row.kind())[at], within(1e-9));
      }

      List<VirtualHeadRow> virtual = run.rows(FrameworkTables.VIRTUAL_HEADS);
      assertThat(virtual).hasSize(HEADS * HEADS);
      for (VirtualHeadRow row : virtual) {
        int at = row.firstHead() * HEADS + row.secondHead();
        assertThat(row.norm()).isCloseTo(golden.doubles("virtual_norm")[at], within(1e-9));
        assertThat(row.copying()).isCloseTo(golden.doubles("copying.virtual")[at], within(1e-9));
      }
    }
    List<SkipTrigramRow> trigrams = run.rows(FrameworkTables.SKIP_TRIGRAMS);
    assertThat(trigrams).hasSize(LAYERS * HEADS * 7);
    for (SkipTrigramRow row : trigrams) {
      assertThat(row.strength()).isEqualTo(row.attentionLogit() * row.outLogit());
    }
  }

  @Test
  void foldedNormsChangeTheScoresAndEmptyTablesAreLeftOut() throws IOException {
    JobRun plain = run("models/gpt2", "bigrams=0", "skip-trigrams=0").succeeded();
    List<CircuitScoreRow> asStored = plain.rows(FrameworkTables.SCORES);
    assertThat(plain.rows(FrameworkTables.BIGRAMS)).isEmpty();
    assertThat(plain.rows(FrameworkTables.SKIP_TRIGRAMS)).isEmpty();

    JobRun folded = run("models/gpt2", "bigrams=0", "skip-trigrams=0", "folding=norms").succeeded();
    assertThat(folded.rows(FrameworkTables.SCORES)).hasSameSizeAs(asStored).isNotEqualTo(asStored);
  }

  @Test
  void bigramsAreHeldAgainstTheCorpus(@TempDir Path scratch) throws IOException {
    Path truth = scratch.resolve("truth");
    trueBigrams(truth, new int[] {3, 3, 9}, new int[] {5, 7, 0}, new double[] {0.25, 0.75, 1});

    List<BigramFitRow> rows =
        run("framework", "bigrams=0", "skip-trigrams=0", "true-bigrams=" + truth)
            .succeeded()
            .rows(FrameworkTables.BIGRAM_FIT);

    assertThat(rows).extracting(BigramFitRow::source).containsExactly(3, 9);
    try (Safetensors golden = Safetensors.open(GOLDEN.resolve("framework/framework.safetensors"))) {
      double[] logits = golden.doubles("bigram");
      double expected =
          0.25 * Math.log(0.25 / probability(logits, 3, 5))
              + 0.75 * Math.log(0.75 / probability(logits, 3, 7));
      assertThat(rows.get(0).klDivergence()).isCloseTo(expected, within(1e-9));
      assertThat(rows.get(1).klDivergence())
          .isCloseTo(-Math.log(probability(logits, 9, 0)), within(1e-9));
      // Of one certain successor: all that the model gives to others.
      assertThat(rows.get(1).totalVariation())
          .isCloseTo(1 - probability(logits, 9, 0), within(1e-9));
    }
  }

  @Test
  void bigramsOfAnotherVocabularyAreRefusedWithTheirFile(@TempDir Path scratch) throws IOException {
    Path truth = scratch.resolve("truth");
    trueBigrams(truth, new int[] {3}, new int[] {VOCABULARY}, new double[] {1});

    JobRun run = run("framework", "bigrams=0", "skip-trigrams=0", "true-bigrams=" + truth);

    run.refusedWith("true-bigrams: ");
    run.refusedWith("bigram of source 3 and out 40: the model's vocabulary is 0 to 39");
    assertThat(output).isEmptyDirectory();
  }

  private static double probability(double[] logits, int source, int out) {
    double sum = 0;
    for (int other = 0; other < VOCABULARY; other++) {
      sum += Math.exp(logits[source * VOCABULARY + other]);
    }
    return Math.exp(logits[source * VOCABULARY + out]) / sum;
  }

  private static void trueBigrams(Path folder, int[] sources, int[] outs, double[] p) {
    StructType schema =
        new StructType()
            .add("source", DataTypes.IntegerType)
            .add("out", DataTypes.IntegerType)
            .add("p", DataTypes.DoubleType);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < p.length; i++) {
      rows.add(RowFactory.create(sources[i], outs[i], p[i]));
    }
    LocalSpark.write(rows, schema, folder);
  }

  @Test
  void aCheckpointWithANanIsRefusedByName(@TempDir Path scratch) throws IOException {
    Path folder = Files.createDirectories(scratch.resolve("broken/step-7"));
    Files.copy(GOLDEN.resolve("framework/config.json"), folder.resolve("config.json"));
    byte[] weights = Files.readAllBytes(GOLDEN.resolve("framework/model.safetensors"));
    ByteBuffer file = ByteBuffer.wrap(weights).order(ByteOrder.LITTLE_ENDIAN);
    file.putFloat(weights.length - Float.BYTES, Float.NaN);
    Files.write(folder.resolve("model.safetensors"), weights);

    JobRun.of("framework", output, List.of("checkpoints=" + folder))
        .refusedWith("has a value NaN, expected finite numbers");

    assertThat(output).isEmptyDirectory();
  }

  @Test
  void refusesNormsThatCannotBeFolded() {
    run("models/bert", "folding=norms")
        .refusedWith("the norms of a bert model cannot be folded; set folding = none");
    assertThat(output).isEmptyDirectory();
  }

  @Test
  void aCheckpointThatIsNotANumberIsNamed(@TempDir Path scratch) throws IOException {
    Path broken = Files.createDirectory(scratch.resolve("broken"));
    Files.copy(GOLDEN.resolve("framework/config.json"), broken.resolve("config.json"));
    byte[] weights = Files.readAllBytes(GOLDEN.resolve("framework/model.safetensors"));
    ByteBuffer.wrap(weights)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putFloat(weights.length - Float.BYTES, Float.NaN);
    Files.write(broken.resolve("model.safetensors"), weights);

    run(broken.toAbsolutePath().toString())
        .refusedWith("step 0 of model 'broken': parameter 'unembed.b_U' has a value NaN");
    assertThat(output).isEmptyDirectory();
  }

  @Test
  void aDryRunCountsTheRowsAndWritesNothing() throws IOException {
    JobRun run = run("framework", "bigrams=1", "skip-trigrams=1", "--dry-run").succeeded();
    assertThat(run.out())
        .contains("parts: 1", "rows: 152", "(the vocabulary's two matrices and what a head makes");
    assertThat(output).isEmptyDirectory();
  }

  private JobRun run(String model, String... sets) {
    List<String> all = new ArrayList<>(List.of("checkpoints=" + GOLDEN.resolve(model)));
    all.addAll(List.of(sets));
    return JobRun.of("framework", output, all);
  }
}
