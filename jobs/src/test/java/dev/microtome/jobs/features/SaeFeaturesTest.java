package dev.microtome.jobs.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import dev.microtome.jobs.JobRun;
import dev.microtome.jobs.KilledJob;
import dev.microtome.jobs.LocalSpark;
import dev.microtome.jobs.inputs.TinySaes;
import dev.microtome.model.Generation;
import dev.microtome.model.HookPoint;
import dev.microtome.model.HookedTransformer;
import dev.microtome.model.load.ModelFiles;
import dev.microtome.sae.Sae;
import dev.microtome.sae.SaeFiles;
import dev.microtome.sae.evaluation.DictionaryHooks;
import dev.microtome.sae.evaluation.FeatureDictionary;
import dev.microtome.sae.evaluation.FeatureExampleRow;
import dev.microtome.sae.evaluation.FeatureLabelRow;
import dev.microtome.sae.evaluation.FeatureLogitRow;
import dev.microtome.sae.evaluation.FeatureMetricRow;
import dev.microtome.sae.evaluation.FeatureNeighborRow;
import dev.microtome.sae.evaluation.FeatureRow;
import dev.microtome.sae.evaluation.FeatureSteering;
import dev.microtome.sae.evaluation.SteeringRow;
import dev.microtome.text.SpecialTokens;
import dev.microtome.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LocalSpark.class)
class SaeFeaturesTest {
  private static final String NEURONS = "blocks.2.mlp.hook_post";

  @TempDir private static Path scratch;
  private static Path tokens;
  private static Path saes;
  private static Path labels;

  @TempDir private Path output;

  @BeforeAll
  static void inputs() throws IOException {
    tokens = JobRun.tokens(LabelledSequences.ALL, scratch.resolve("tokens"));
    saes = scratch.resolve("saes");
    TinySaes.topK(saes.resolve("large"), 200, 2);
    TinySaes.topK(saes.resolve("small"), 96, 1);
    labels = LabelledSequences.labels(scratch.resolve("labels"));
  }

  @Test
  void allTablesAndThePages() throws IOException {
    JobRun run =
        run(
                "neurons=[" + NEURONS + "]",
                "labels=" + labels,
                "label-column=size",
                "steer=[{sae=small, feature=3, strengths=[8]}, {label=\"size=low\", strengths=[8]}]",
                "prompts=[\"Once upon a time\"]",
                "steer-tokens=8")
            .succeeded();

    List<FeatureRow> features = run.rows(FeatureTables.FEATURES);
    assertThat(features).hasSize(200 + 96 + 172);
    assertThat(features.stream().map(FeatureRow::sae).distinct())
        .containsExactly("large", "small", "neurons:" + NEURONS);
    FeatureRow alive = features.stream().filter(row -> row.fires() > 9).findFirst().orElseThrow();
    assertThat(alive.density())
        .isCloseTo((double) alive.fires() / LabelledSequences.tokens(), within(1e-15));
    assertThat(sum(alive.histogram())).isCloseTo(1, within(1e-6));
    assertThat(alive.topLabel()).startsWith("size=");
    assertThat(features).anyMatch(row -> Math.abs(row.ablationEffect()) > 1e-6);

    List<FeatureExampleRow> examples = run.rows(FeatureTables.EXAMPLES);
    FeatureExampleRow top =
        examples.stream()
            .filter(row -> row.sae().equals(alive.sae()) && row.feature() == alive.feature())
            .findFirst()
            .orElseThrow();
    assertThat(top.bin()).isEqualTo("top");
    assertThat(top.activation()).isEqualTo(alive.maxActivation());
    assertThat(top.activations()[top.position() - top.firstPosition()]).isEqualTo(top.activation());
    assertThat(top.tokens()).hasSameSizeAs(top.activations());

    List<FeatureLogitRow> logits = run.rows(FeatureTables.LOGITS);
    assertThat(logits).hasSize((200 + 96 + 172) * 2 * 4);
    assertThat(logits).filteredOn(row -> row.sign() == 1).allMatch(row -> row.value() > 0);
    assertThat(run.rows(FeatureTables.LABELS)).allMatch(row -> row.concept().equals("size"));
    assertThat(run.rows(FeatureTables.BY_LABEL))
        .filteredOn(row -> row.sae().equals("large") && row.rank() == 0)
        .extracting(FeatureLabelRow::value)
        .containsExactly("high", "low");
    assertThat(run.rows(FeatureTables.NEIGHBORS).stream().map(FeatureNeighborRow::relation))
        .contains(FeatureNeighborRow.DECODER_COSINE, FeatureNeighborRow.ACTIVATION_CORRELATION);
    assertThat(run.rows(FeatureTables.TREE))
        .hasSize(200)
        .allMatch(row -> row.sae().equals("large") && row.parentSae().equals("small"))
        .allMatch(row -> row.fires() == fires(features, row.sae(), row.feature()))
        .allMatch(
            row -> row.parentFires() == fires(features, row.parentSae(), row.parentFeature()));
    assertThat(run.rows(FeatureTables.METRICS))
        .extracting(FeatureMetricRow::metric)
        .contains("alive_features", "mean_best_label_correlation", "universality_median");
    List<SteeringRow> steering = run.rows(FeatureTables.STEERING);
    assertThat(steering).extracting(SteeringRow::strength).containsExactly(0.0, 8.0, 0.0, 8.0);
    int low =
        run.rows(FeatureTables.BY_LABEL).stream()
            .filter(row -> row.sae().equals("large") && row.value().equals("low"))
            .findFirst()
            .orElseThrow()
            .feature();
    assertThat(steering)
        .extracting(SteeringRow::sae, SteeringRow::feature, SteeringRow::label)
        .containsOnly(tuple("small", 3, ""), tuple("large", low, "size=low"));
    assertThat(steering.get(0).tokens()).hasSize(8);
    assertThat(steering.get(0).continuation()).isNotEqualTo(steering.get(1).continuation());
    float largest =
        features.stream()
            .filter(row -> row.sae().equals("small") && row.feature() == 3)
            .findFirst()
            .orElseThrow()
            .maxActivation();
    assertThat(steering.get(1).tokens())
        .isEqualTo(steered(saes.resolve("small"), 3, 8 * largest, "Once upon a time", 8));

    Path pages = folder().resolve("browser");
    assertThat(pages.resolve("index.html")).exists();
    assertThat(pages.resolve("data/index.js")).content().startsWith("microtome.index({");
    assertThat(pages.resolve("data/0-3.js")).content().startsWith("microtome.chunk(0,3,[{");
    assertThat(pages.resolve("data/2-2.js")).exists();
  }

  @Test
  void theSameRowsWhateverTheParts() throws IOException {
    JobRun first = run("sequences-per-part=100", "features-per-part=1000").succeeded();
    List<String> examples = examples(first);
    List<FeatureRow> features = first.rows(FeatureTables.FEATURES);

    JobRun second = run("sequences-per-part=4", "features-per-part=64").succeeded();

    assertThat(examples(second)).isEqualTo(examples).hasSizeGreaterThan(500);
    List<FeatureRow> others = second.rows(FeatureTables.FEATURES);
    for (int i = 0; i < features.size(); i++) {
      assertThat(others.get(i).fires()).isEqualTo(features.get(i).fires());
      assertThat(others.get(i).histogram()).isEqualTo(features.get(i).histogram());
    }
    assertThat(second.rows(FeatureTables.LABELS)).isEmpty();
  }

  /** Killed in parts of each stage and before those of the driver; what was finished is kept. */
  @Test
  void aKilledRunEndsWithTheSameBytes() throws IOException {
    String[] sets = {
      "features-per-part=64",
      "labels=" + labels,
      "label-column=size",
      "steer=[{sae=small, feature=3, strengths=[8]}]",
      "prompts=[\"Once upon a time\"]",
      "steer-tokens=4"
    };
    run(sets).succeeded();
    assertThat(JobRun.written(output)).containsKeys("browser/data/1-1.js", "browser/index.html");

    Path killed = scratch.resolve("killed");
    List<Runnable> deaths =
        List.of(
            () -> KilledJob.dieIn(KilledJob.PARTS, 2),
            () -> KilledJob.dieIn("examples", 2),
            () -> KilledJob.dieIn("describe", 5),
            () -> KilledJob.dieBefore("pages"),
            () -> KilledJob.dieIn("steer", 0));
    List<String> printed = new ArrayList<>();
    for (Runnable death : deaths) {
      death.run();
      JobRun run = JobRun.of("killed-sae-features", killed, arguments(sets));
      assertThat(run.code()).as(run.err()).isEqualTo(3);
      assertThat(run.err()).contains("killed at ");
      printed.add(run.out());
    }
    KilledJob.live();
    // Of 6 blocks of features the last is begun after others.
    assertThat(printed.get(3)).containsPattern("Stage describe: [1-5] of 6 parts are finished");
    assertThat(printed.get(4)).contains("Resuming run ", "Stage summary: 1 of 1 parts");
    JobRun last = JobRun.of("killed-sae-features", killed, arguments(sets)).succeeded();
    assertThat(last.out()).contains("Stage pages: 1 of 1 parts");
    JobRun.assertSame(JobRun.written(killed), JobRun.written(output));
  }

  /** And takes labels as a column and as rows of concept and value alike. */
  @Test
  void comparesWithAnotherRun() throws IOException {
    JobRun other =
        JobRun.of(
                "sae-features",
                scratch.resolve("other"),
                arguments("saes=" + saes.resolve("small"), "labels=" + labels, "label-column=size"))
            .succeeded();

    JobRun run =
        run(
                "saes=" + saes.resolve("small"),
                "labels=" + LabelledSequences.concepts(scratch.resolve("concepts")),
                "concepts=[size]",
                "compare-with=[" + scratch.resolve("other") + "]")
            .succeeded();

    assertThat(run.rows(FeatureTables.METRICS))
        .filteredOn(row -> row.metric().equals("universality_median"))
        .singleElement()
        .satisfies(
            row -> {
              assertThat(row.otherSae()).isEqualTo("other/small");
              assertThat(row.value()).isCloseTo(1, within(1e-9)); // the same SAE
            });
    assertThat(labelled(run)).isEqualTo(labelled(other)).hasSizeGreaterThan(60);
  }

  @Test
  void refusesWhatDoesNotFitBeforeSparkWorks() {
    run("neurons=[blocks.0.attn.hook_pattern]").refusedWith("holds attention");
    run("neurons=[blocks.9.mlp.hook_post]").refusedWith("blocks.9.mlp.hook_post");
    run("labels=" + labels).refusedWith("concept");
    run("labels=" + labels, "label-column=colour").refusedWith("colour");
    run("steer=[{feature=200}]", "prompts=[a]")
        .refusedWith("feature 200 of large, which has 0 to 199");
    run("steer=[{sae=none, feature=1}]", "prompts=[a]").refusedWith("no SAE is called 'none'");
    run("steer=[{feature=1}]", "prompts=[a]", "steer-tokens=600")
        .refusedWith("beside steer-tokens = 600 in a context of 512");
    assertThat(output).isEmptyDirectory();
  }

  /** After the stage that looks for them, before any pass. */
  @Test
  void refusesLabelsThatNoTokenHas() throws IOException {
    Path rows = LabelledSequences.concepts(scratch.resolve("misspelt"));
    JobRun concept = run("labels=" + rows, "concepts=[size, sise]");
    concept.refusedWith("concepts: no label has the concept 'sise': did you mean 'size'?");
    assertThat(concept.out()).doesNotContain("sequences");
    run("labels=" + labels, "label-column=size", "concepts=[conceptual]")
        .refusedWith("no label has the concept 'conceptual': there are [size]");
    String[] steer = {"prompts=[a]", "steer=[{label=\"size=lo\"}]"};
    JobRun label = run("labels=" + rows, steer[0], steer[1]);
    label.refusedWith("steer: no token has the label 'size=lo': did you mean 'size=low'?");
    assertThat(label.out()).doesNotContain("sequences");
    run("labels=" + rows, steer[0], "steer=[{label=\"syze=low\"}]")
        .refusedWith("steer: no label has the concept 'syze': did you mean 'size'?");
  }

  private static long fires(List<FeatureRow> features, String sae, int feature) {
    return features.stream()
        .filter(row -> row.sae().equals(sae) && row.feature() == feature)
        .findFirst()
        .orElseThrow()
        .fires();
  }

  private static List<String> labelled(JobRun run) throws IOException {
    return run.rows(FeatureTables.LABELS).stream()
        .map(
            row ->
                "%d %s=%s %d of %d %s"
                    .formatted(
                        row.feature(),
                        row.concept(),
                        row.value(),
                        row.hits(),
                        row.labelTokens(),
                        row.correlation()))
        .toList();
  }

  private static int[] steered(Path folder, int feature, double amount, String prompt, int tokens)
      throws IOException {
    ModelFiles files = ModelFiles.open(TinySaes.MODEL);
    try (NDManager memory = NDManager.newBaseManager();
        HookedTransformer model = HookedTransformer.load(files, memory);
        Tokenizer tokenizer = Tokenizer.open(files.tokenizer().orElseThrow());
        Sae sae = SaeFiles.read(folder, memory)) {
      return FeatureSteering.continuations(
              model,
              FeatureDictionary.of("s", sae, DictionaryHooks.of(HookPoint.parse(TinySaes.HOOK))),
              feature,
              amount,
              List.of(tokenizer.encode(prompt, SpecialTokens.EXCLUDE)),
              Generation.greedy(tokens),
              memory)
          .get(0);
    }
  }

  private JobRun run(String... sets) {
    return JobRun.of("sae-features", output, arguments(sets));
  }

  private static List<String> arguments(String... sets) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "model=" + TinySaes.MODEL,
                "saes=" + saes,
                "tokens=" + tokens,
                "logits=4",
                "ablation-sequences=1",
                "sequences-per-part=7"));
    all.addAll(List.of(sets));
    return all;
  }

  private Path folder() throws IOException {
    return output.resolve(Files.readString(output.resolve("latest")).strip());
  }

  private static List<String> examples(JobRun run) throws IOException {
    return run.rows(FeatureTables.EXAMPLES).stream()
        .map(
            row ->
                "%s %d %d %s %d:%d %s"
                    .formatted(
                        row.sae(),
                        row.feature(),
                        row.rank(),
                        row.bin(),
                        row.sequenceId(),
                        row.position(),
                        row.tokens()))
        .toList();
  }

  private static double sum(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += value;
    }
    return sum;
  }
}
