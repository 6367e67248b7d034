package dev.microtome.jobs.erasers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.microtome.erasure.EraserFile;
import dev.microtome.erasure.EraserSettings;
import dev.microtome.erasure.ErasureReportRow;
import dev.microtome.erasure.LeaceEraser;
import dev.microtome.erasure.LeaceFitter;
import dev.microtome.jobs.JobRun;
import dev.microtome.jobs.LocalSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The job through the command line, on made-up activations of two hook points. */
@ExtendWith(LocalSpark.class)
class FitLeaceTest {
  private static final List<String> HOOKS = List.of("blocks.0.hook_mlp_out", "hook_embed");
  private static final int SEQUENCES = 40;
  private static final int POSITIONS = 5;
  private static final int WIDTH = 6;

  @TempDir private Path folder;

  /** One activation; {@code gender} is null where the token has none. */
  @SuppressWarnings("ArrayRecordComponent") // made for one test and not compared
  private record Example(
      String hook, long sequence, int position, float[] x, String gender, double depth) {}

  private static List<Example> examples() {
    List<Example> examples = new ArrayList<>();
    for (String hook : HOOKS) {
      Random random = new Random(hook.length());
      Random labels = new Random(3);
      for (int sequence = 0; sequence < SEQUENCES; sequence++) {
        for (int position = 0; position < POSITIONS; position++) {
          String gender = new String[] {"female", "male", null}[labels.nextInt(3)];
          double depth = labels.nextInt(4);
          float[] x = new float[WIDTH];
          for (int i = 0; i < WIDTH; i++) {
            x[i] =
                (float) (random.nextGaussian() + ("male".equals(gender) ? 1 : 0) + i * depth / 5);
          }
          examples.add(new Example(hook, sequence, position, x, gender, depth));
        }
      }
    }
    return examples;
  }

  @Test
  void fitsWhatTheFitterFits() throws IOException {
    JobRun run =
        run("out", activations("a", row -> row), labels("l", row -> true), "concepts=[gender]")
            .succeeded();

    for (String hook : HOOKS) {
      LeaceFitter fitter = LeaceFitter.of(WIDTH, 2);
      for (Example example : examples()) {
        if (example.hook().equals(hook) && example.gender() != null) {
          boolean female = example.gender().equals("female");
          fitter.add(example.x(), female ? 1 : 0, female ? 0 : 1);
        }
      }
      assertThat(erasers("out", hook).erasers())
          .containsExactlyEntriesOf(Map.of("gender", fitter.eraser(EraserSettings.leace())));
      assertThat(metric(run, hook, "gender", "rows")).isEqualTo((double) fitter.rows());
      assertThat(metric(run, hook, "gender", "unlabelled_rows"))
          .isEqualTo((double) (SEQUENCES * POSITIONS - fitter.rows()));
      assertThat(metric(run, hook, "gender", "unmatched_labels")).isZero();
      assertThat(metric(run, hook, "gender", "class_rows:female")).isBetween(40.0, 100.0);
      assertThat(metric(run, hook, "gender", "erased_rank")).isEqualTo(1);
      assertThat(metric(run, hook, "gender", "cross_covariance_before")).isGreaterThan(0.1);
      assertThat(metric(run, hook, "gender", "cross_covariance_after")).isLessThan(1e-14);
    }
  }

  /** Parts of 400 rows whole, and of 37, which cut sequences and files. */
  @Test
  void partsMergeToTheWholeAndGiveTheSameBitsTwice() throws IOException {
    Path activations = activations("a", row -> row);
    Path labels = labels("l", row -> true);
    String[] keys = {"concepts=[gender,depth]", "real-valued=[depth]"};
    run("whole", activations, labels, keys).succeeded();
    String[] cut = {keys[0], keys[1], "rows-per-part=37"};
    run("cut", activations, labels, cut).succeeded();
    run("again", activations, labels, cut).succeeded();
    for (String hook : HOOKS) {
      for (String concept : List.of("gender", "depth")) {
        LeaceEraser whole = erasers("whole", hook).erasers().get(concept);
        LeaceEraser other = erasers("cut", hook).erasers().get(concept);
        // Float64 sums in another order; saw 2e-15.
        assertThat(other.projection().toArray())
            .containsExactly(whole.projection().toArray(), within(1e-12));
      }
      assertThat(Files.readAllBytes(file("again", hook)))
          .isEqualTo(Files.readAllBytes(file("cut", hook)));
    }
  }

  /** A column a concept, in a table of labels and beside the activations. */
  @Test
  void columnsOfAnyTypeAreConcepts() throws IOException {
    Path activations = activations("a", row -> row);
    Path wide = wide("w");
    String concepts = "concepts=[gender,depth,gender/depth]";
    run("wide", activations, wide, concepts, "hooks=[hook_embed]").succeeded();
    JobRun beside =
        JobRun.of(
                "fit-leace",
                folder.resolve("beside"),
                List.of("activations=" + activations, concepts, "hooks=[hook_embed]"))
            .succeeded();
    assertThat(erasers("beside", "hook_embed")).isEqualTo(erasers("wide", "hook_embed"));
    assertThat(file("beside", HOOKS.get(0))).doesNotExist();
    assertThat(metric(beside, "hook_embed", "gender", "targets")).isEqualTo(3);
    assertThat(metric(beside, "hook_embed", "depth", "targets")).isEqualTo(1);
    assertThat(metric(beside, "hook_embed", "gender/depth", "targets")).isEqualTo(4);
    assertThat(metric(beside, "hook_embed", "gender/depth", "class_rows:gender=none"))
        .isGreaterThan(10);
  }

  @Test
  void whatHasNoLabelCanBeAClass() throws IOException {
    JobRun run =
        run(
                "out",
                activations("a", row -> row),
                labels("l", row -> "male".equals(row.gender())),
                "concepts=[gender]",
                "unlabelled=class")
            .succeeded();
    assertThat(metric(run, "hook_embed", "gender", "rows")).isEqualTo(SEQUENCES * POSITIONS);
    assertThat(metric(run, "hook_embed", "gender", "unmatched_labels")).isZero();
    assertThat(metric(run, "hook_embed", "gender", "class_rows:(unlabelled)")).isGreaterThan(100);
  }

  /** Tokens and labels of a generated language, activations of a model, as the jobs write them. */
  @Test
  void takesAGeneratedCorpusAsItIs() throws IOException {
    JobRun.of(
            "generate-corpus",
            folder.resolve("corpus"),
            List.of("kind=language", "sequences=60", "context-length=32", "text=false"))
        .succeeded();
    JobRun.of(
            "train-model",
            folder.resolve("model"),
            List.of(
                "tokens=" + folder.resolve("corpus"),
                "steps=1",
                "context-length=32",
                "batch-size=2",
                "architecture.layers=1",
                "architecture.d-model=16",
                "architecture.heads=2",
                "architecture.d-mlp=32"))
        .succeeded();
    Path models = folder.resolve("model");
    JobRun.of(
            "collect-activations",
            folder.resolve("activations"),
            List.of(
                "model="
                    + models
                        .resolve(Files.readString(models.resolve("latest")).strip())
                        .resolve("model/step-1"),
                "tokens=" + folder.resolve("corpus"),
                "hooks=[blocks.0.hook_resid_post, blocks.0.mlp.hook_post]",
                "sequences-per-part=25"))
        .succeeded();

    JobRun run =
        run(
                "out",
                folder.resolve("activations"),
                folder.resolve("corpus"),
                "concepts=[part_of_speech,gender]")
            .succeeded();

    assertThat(metric(run, "blocks.0.mlp.hook_post", "part_of_speech", "dimensions")).isEqualTo(32);
    assertThat(metric(run, "blocks.0.mlp.hook_post", "part_of_speech", "rows")).isGreaterThan(500);
    assertThat(metric(run, "blocks.0.hook_resid_post", "gender", "unlabelled_rows"))
        .isGreaterThan(500);
    assertThat(erasers("out", "blocks.0.hook_resid_post").erasers())
        .containsOnlyKeys("part_of_speech", "gender");
  }

  @Test
  void refusesLabelsThatCannotBeErased() throws IOException {
    Path activations = activations("a", row -> row);
    run(
            "one",
            activations,
            labels("one-l", row -> "male".equals(row.gender())),
            "concepts=[gender]")
        .refusedWith("labels are 'male'; two classes are needed");
    run(
            "single",
            activations,
            labels("single-l", row -> !"male".equals(row.gender()) || isFirstMale(row)),
            "concepts=[gender]")
        .refusedWith("concept 'gender': class 'male' has one label only");
    run("typo", activations, labels("l", row -> true), "concepts=[gendr]")
        .refusedWith("concepts: no label has the concept 'gendr': did you mean 'gender'?");
    run("text", activations, folder.resolve("l"), "concepts=[gender]", "real-valued=[gender]")
        .refusedWith("concept 'gender': value '");
    run("column", activations, wide("w"), "concepts=[year]")
        .refusedWith("has no column year of [text, whole, number, truth]");
    run("hook", activations, folder.resolve("l"), "concepts=[gender]", "hooks=[ln_final.hook]")
        .refusedWith("is of ln_final.hook");
  }

  @Test
  void refusesLabelsAndActivationsThatDoNotMeet() throws IOException {
    Path few = activations("few", row -> row.sequence() < 8 ? row : null);
    run("labels", few, labels("l", row -> true), "concepts=[gender]")
        .refusedWith("labels have no activation, more than max-unmatched-labels = 0.5 allows");
    run("allowed", few, folder.resolve("l"), "concepts=[gender]", "max-unmatched-labels=1")
        .succeeded();
    Path all = activations("all", row -> row);
    run("activations", all, folder.resolve("l"), "concepts=[gender]", "max-unlabelled=0.1")
        .refusedWith("of 200 activations have no label, more than max-unlabelled = 0.1 allows");
    run("none", few, labels("other", row -> row.sequence() >= 8), "concepts=[gender]")
        .refusedWith("none of 40 activations has a label");
  }

  @Test
  void refusesWhatIsNotFiniteAndVectorsOfTwoWidths() throws IOException {
    run(
            "nan",
            activations(
                "nan-a",
                row -> {
                  if (row.sequence() == 7 && row.gender() != null) {
                    row.x()[2] = Float.NaN;
                  }
                  return row;
                }),
            labels("l", row -> true),
            "concepts=[gender]")
        .refusedWith("number 2 of row");
    run(
            "widths",
            activations(
                "widths-a",
                row ->
                    row.sequence() == 7
                        ? new Example(
                            row.hook(), 7, row.position(), new float[5], row.gender(), row.depth())
                        : row),
            folder.resolve("l"),
            "concepts=[gender]")
        .refusedWith("5 numbers, where rows before have 6");
  }

  /** Fewer rows than dimensions and a constant column: fitted, and told. */
  @Test
  void aCovarianceThatLacksRankIsReported() throws IOException {
    JobRun run =
        run(
                "out",
                activations(
                    "a",
                    row -> {
                      row.x()[1] = 4;
                      return isOneOfFour(row) ? row : null;
                    }),
                labels("l", FitLeaceTest::isOneOfFour),
                "concepts=[gender]")
            .succeeded();
    assertThat(metric(run, "hook_embed", "gender", "rows")).isEqualTo(4);
    assertThat(metric(run, "hook_embed", "gender", "few_rows")).isEqualTo(1);
    assertThat(metric(run, "hook_embed", "gender", "covariance_rank")).isEqualTo(3);
  }

  /** Two rows of each gender. */
  private static boolean isOneOfFour(Example row) {
    return List.of(1, 2, 4, 9).contains((int) row.sequence() * POSITIONS + row.position());
  }

  private static boolean isFirstMale(Example row) {
    Example first =
        ofOneHook().stream().filter(each -> "male".equals(each.gender())).findFirst().orElseThrow();
    return row.sequence() == first.sequence() && row.position() == first.position();
  }

  private JobRun run(String output, Path activations, Path labels, String... sets) {
    List<String> all = new ArrayList<>(List.of("activations=" + activations, "labels=" + labels));
    all.addAll(List.of(sets));
    return JobRun.of("fit-leace", folder.resolve(output), all);
  }

  private EraserFile erasers(String output, String hook) throws IOException {
    return EraserFile.read(file(output, hook));
  }

  private Path file(String output, String hook) throws IOException {
    Path runs = folder.resolve(output);
    return runs.resolve(Files.readString(runs.resolve("latest")).strip())
        .resolve("erasers/" + hook + ".safetensors");
  }

  private static double metric(JobRun run, String hook, String concept, String metric)
      throws IOException {
    return run.rows(ErasureReportRow.TABLE).stream()
        .filter(
            row ->
                row.hook().equals(hook)
                    && row.concept().equals(concept)
                    && row.metric().equals(metric))
        .mapToDouble(ErasureReportRow::value)
        .findFirst()
        .orElseThrow();
  }

  /**
   * Activations as another program would write them, with columns of labels; null rows left out.
   */
  private Path activations(String name, UnaryOperator<Example> change) {
    StructType schema =
        new StructType()
            .add("hook", DataTypes.StringType, false)
            .add("sequence_id", DataTypes.LongType, false)
            .add("position", DataTypes.IntegerType, false)
            .add("activation", DataTypes.createArrayType(DataTypes.FloatType, false), false)
            .add("gender", DataTypes.StringType, false)
            .add("depth", DataTypes.DoubleType, false);
    List<Row> rows = new ArrayList<>();
    for (Example original : examples()) {
      Example row = change.apply(original);
      if (row != null) {
        Float[] x = new Float[row.x().length];
        for (int i = 0; i < x.length; i++) {
          x[i] = row.x()[i];
        }
        String gender = row.gender() == null ? "none" : row.gender();
        rows.add(
            RowFactory.create(row.hook(), row.sequence(), row.position(), x, gender, row.depth()));
      }
    }
    return write(rows, schema, name);
  }

  /** Labels as generate-corpus writes them: gender where there is one, depth everywhere. */
  private Path labels(String name, Predicate<Example> kept) {
    StructType schema =
        new StructType()
            .add("sequence_id", DataTypes.LongType)
            .add("position", DataTypes.IntegerType)
            .add("concept", DataTypes.StringType)
            .add("value", DataTypes.StringType);
    List<Row> rows = new ArrayList<>();
    for (Example row : ofOneHook()) {
      if (kept.test(row) && row.gender() != null) {
        rows.add(RowFactory.create(row.sequence(), row.position(), "gender", row.gender()));
      }
      if (kept.test(row)) {
        rows.add(
            RowFactory.create(
                row.sequence(), row.position(), "depth", Double.toString(row.depth())));
      }
    }
    return write(rows, schema, name);
  }

  private Path wide(String name) {
    StructType schema =
        new StructType()
            .add("sequence_id", DataTypes.LongType)
            .add("position", DataTypes.IntegerType)
            .add("gender", DataTypes.StringType)
            .add("depth", DataTypes.DoubleType);
    List<Row> rows = new ArrayList<>();
    for (Example row : ofOneHook()) {
      String gender = row.gender() == null ? "none" : row.gender();
      rows.add(RowFactory.create(row.sequence(), row.position(), gender, row.depth()));
    }
    return write(rows, schema, name);
  }

  private static List<Example> ofOneHook() {
    return examples().stream().filter(row -> row.hook().equals(HOOKS.get(0))).toList();
  }

  private Path write(List<Row> rows, StructType schema, String name) {
    Path table = folder.resolve(name);
    SparkSession.builder()
        .getOrCreate()
        .createDataFrame(rows, schema)
        .coalesce(1)
        .write()
        .parquet(table.toString());
    return table;
  }
}
