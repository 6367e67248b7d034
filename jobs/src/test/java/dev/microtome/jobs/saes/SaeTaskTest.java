package dev.microtome.jobs.saes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.microtome.jobs.LocalSpark;
import dev.microtome.jobs.inputs.SequenceFacts;
import dev.microtome.optim.Adam;
import dev.microtome.optim.CoefficientWarmUp;
import dev.microtome.optim.LearningRate;
import dev.microtome.sae.BatchTopKSae;
import dev.microtome.sae.Normalization;
import dev.microtome.sae.ReluSae2023;
import dev.microtome.sae.SaeConfig;
import dev.microtome.sae.TopKSae;
import dev.microtome.sae.stream.StreamSettings;
import dev.microtome.sae.training.ResamplingPlan;
import dev.microtome.sae.training.SaeOptimizer;
import dev.microtome.sae.training.SaeRecipe;
import dev.microtome.sae.training.SaeTrainingRow;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LocalSpark.class)
class SaeTaskTest {
  private static final int WIDTH = SmallTable.WIDTH;
  private static final int BATCH = 20;
  private static final long STEPS = 90;

  @TempDir private static Path folder;
  private static StoredActivations source;

  @BeforeAll
  static void write() throws IOException {
    source = SmallTable.write(folder.resolve("table"));
  }

  /** Attempts are killed at steps before, at and behind a saved one, and in the second epoch. */
  @Test
  void killedAndRunAgainItEndsWithTheSameBytes() throws IOException {
    FakePart undisturbed = new FakePart(new HashMap<>(), Long.MAX_VALUE);
    new SaeTask().run(part(), undisturbed);

    Map<String, byte[]> state = new HashMap<>();
    for (long step : new long[] {3, 10, 17, 31, 69, 70}) {
      assertThatThrownBy(() -> new SaeTask().run(part(), new FakePart(state, step * BATCH)))
          .isInstanceOf(FakePart.Killed.class);
    }
    FakePart last = new FakePart(state, Long.MAX_VALUE);
    assertThat(new SaeTask().run(part(), last)).isEqualTo(STEPS * BATCH);

    assertThat(contents(last)).hasSize(9).isEqualTo(contents(undisturbed));
    assertThat(withoutTimes(last)).hasSize(3 * 18).isEqualTo(withoutTimes(undisturbed));
    assertThat(last.rows("evaluation")).isEqualTo(undisturbed.rows("evaluation"));
  }

  @Test
  void aResumedAttemptRepeatsOnlyStepsBehindTheSavedOne() throws IOException {
    Map<String, byte[]> state = new HashMap<>();
    assertThatThrownBy(() -> new SaeTask().run(part(), new FakePart(state, 45 * BATCH)))
        .isInstanceOf(FakePart.Killed.class);

    // Step 41 is the first of the next attempt.
    assertThatThrownBy(() -> new SaeTask().run(part(), new FakePart(state, 41 * BATCH)))
        .isInstanceOf(FakePart.Killed.class);
    assertThat(new String(state.get("training.json"), StandardCharsets.UTF_8))
        .contains("\"step\":40");
  }

  private static SaePart part() {
    return new SaePart(
        source,
        List.of(
            recipe("a", SaeConfig.of(new TopKSae(3), WIDTH, 24)),
            recipe(
                "b",
                SaeConfig.of(new BatchTopKSae(3), WIDTH, 24)
                    .with(Normalization.EXPECTED_AVERAGE_NORM)),
            recipe("c", SaeConfig.of(new ReluSae2023(0.1), WIDTH, 24))),
        Collections.nCopies(3, SmallTable.INPUT),
        new StreamSettings(BATCH, 100, 2, STEPS, 5),
        1,
        new RoundSettings(1, 1, 0, 0),
        100,
        10,
        5,
        "m",
        SequenceFacts.UNKNOWN);
  }

  private static SaeRecipe recipe(String name, SaeConfig config) {
    return new SaeRecipe(
        name,
        config,
        SaeOptimizer.adam(Adam.DEFAULT),
        LearningRate.builder(0.003, STEPS).decay(20).build(),
        new CoefficientWarmUp(config.architecture().sparsity(), 10),
        200,
        new ResamplingPlan(List.of(15L, 30L, 60L), 150, 5),
        3);
  }

  private static Map<String, List<Byte>> contents(FakePart part) {
    Map<String, List<Byte>> contents = new TreeMap<>();
    part.artifacts()
        .forEach(
            (path, bytes) -> {
              List<Byte> list = new ArrayList<>();
              for (byte one : bytes.toByteArray()) {
                list.add(one);
              }
              contents.put(path, list);
            });
    return contents;
  }

  private static List<String> withoutTimes(FakePart part) {
    return part.rows("training").stream()
        .map(SaeTrainingRow.class::cast)
        .map(
            row ->
                "%s %d %d %s %s %s %s %s %s"
                    .formatted(
                        row.sae(),
                        row.step(),
                        row.tokens(),
                        row.loss(),
                        row.l1(),
                        row.explainedVariance(),
                        row.deadFraction(),
                        row.learningRate(),
                        row.sameSequenceShare()))
        .toList();
  }
}
