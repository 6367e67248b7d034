package dev.microtome.jobs.saes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.microtome.jobs.LocalSpark;
import dev.microtome.jobs.inputs.SequenceFacts;
import dev.microtome.model.load.Safetensors;
import dev.microtome.optim.Adam;
import dev.microtome.optim.CoefficientWarmUp;
import dev.microtome.optim.LearningRate;
import dev.microtome.sae.BatchTopKSae;
import dev.microtome.sae.Normalization;
import dev.microtome.sae.SaeConfig;
import dev.microtome.sae.TopKSae;
import dev.microtome.sae.stream.Mixing;
import dev.microtome.sae.stream.StreamSegment;
import dev.microtome.sae.stream.StreamSettings;
import dev.microtome.sae.training.ResamplingPlan;
import dev.microtome.sae.training.SaeOptimizer;
import dev.microtome.sae.training.SaeRecipe;
import dev.microtome.sae.training.SaeScoreRow;
import dev.microtome.sae.training.SaeTrainingRow;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two groups of SAEs by three workers: of 11 steps in three rounds, and of 5 in two. */
@ExtendWith(LocalSpark.class)
class RoundsTest {
  private static final int BATCH = 10;

  @TempDir private static Path folder;
  private static StoredActivations source;

  @BeforeAll
  static void write() throws IOException {
    source = SmallTable.write(folder.resolve("table"));
  }

  @Test
  void theStagesOfARunAreItsRounds() throws IOException {
    FakeSession session = new FakeSession();
    new Rounds(groups(), session).run();

    assertThat(session.done.keySet())
        .containsExactly(
            "",
            "average_00001",
            "average_00002",
            "average_00003",
            "begin",
            "round_00001",
            "round_00002",
            "round_00003");
    assertThat(session.units).containsEntry("round_00001", 3L * (4 + 4) * BATCH);
    assertThat(session.units).containsEntry("round_00003", 3L * 3 * BATCH);
    assertThat(session.results().keySet())
        .contains("saes/a/sae_weights.safetensors", "saes/b/cfg.json", "saes/c/cfg.json");
    assertThat(session.rows("training"))
        .filteredOn(row -> row.startsWith("a "))
        .hasSize(3)
        .last()
        .asString()
        .startsWith("a 11 330 ");
    // Each round has logged its own rows: steps 5 and 10 in the second and third, and the last.
    try (InputStream log = session.relay.open("group-0/worker-1/training-3.json")) {
      assertThat(TrainingLog.read(log).rows())
          .extracting(SaeTrainingRow::step)
          .containsExactly(10L, 10L, 11L, 11L);
    }
    // What the last round needed is there, what those before needed is not.
    assertThat(session.relay.files().keySet())
        .contains("group-0/worker-2/round-3/sae-0.safetensors")
        .noneMatch(name -> name.contains("group-0") && name.contains("-1/s"))
        .noneMatch(name -> name.contains("group-0/worker-2/round-2"));
  }

  /** Averages are shared, optimisers are not; what is said of mixing is of all workers. */
  @Test
  void aWorkerGoesOnWithItsOwnOptimizerAndAllAreCounted() throws IOException {
    FakeSession session = new FakeSession();
    new Rounds(groups(), session).run();

    Mixing mixing = Mixing.NONE;
    for (int worker = 0; worker < 3; worker++) {
      String before = "group-0/worker-%d/round-%d/";
      assertThat(session.relay.opened())
          .contains(
              before.formatted(worker, 1) + "sae-0.safetensors",
              before.formatted(worker, 2) + "sae-1.safetensors");
      try (InputStream log =
          session.relay.open("group-0/worker-%d/training-3.json".formatted(worker))) {
        mixing = mixing.plus(TrainingLog.read(log).mixing());
      }
    }
    assertThat(session.rows("evaluation"))
        .contains(new SaeScoreRow("a", "same_sequence_share", mixing.share()).toString());
  }

  @Test
  void everyBatchIsOneWorkersInOneRound() {
    SaePart group = groups().get(0);
    List<Long> batches = new ArrayList<>();
    for (long round = 1; round <= group.roundCount(); round++) {
      for (int worker = 0; worker < 3; worker++) {
        StreamSegment segment = new RoundPart(group, 0, worker, round).segment();
        for (long batch = 0; batch < segment.batches(); batch++) {
          batches.add(segment.firstBatch() + batch);
        }
      }
    }

    assertThat(batches).containsExactlyElementsOf(LongStream.range(0, 33).boxed().toList());
  }

  /** An outer rate of 50 takes the average far from where its workers were. */
  @Test
  void workersBeginEachRoundWithTheAverageAndTheLastOneIsWritten() throws IOException {
    SaePart group =
        group(
            8,
            new RoundSettings(4, 50, 0, 0),
            recipe("a", SaeConfig.of(new BatchTopKSae(3), SmallTable.WIDTH, 24), 8));
    FakeSession session = new FakeSession();
    new Rounds(List.of(group), session).run();

    float[] average = tensor(session, "group-0/average-1/shared-0.safetensors", "parameter.W_enc");
    String worker = "group-0/worker-2/round-%d/shared-0.safetensors";
    // Adam moves a weight by about the learning rate, 0.003, a step.
    assertThat(farthest(average, tensor(session, worker.formatted(1), "parameter.W_enc")))
        .isGreaterThan(0.1);
    assertThat(farthest(average, tensor(session, worker.formatted(2), "parameter.W_enc")))
        .isLessThan(0.03);
    // The last round ends with the mean as it is: momentum and rate would carry it beyond.
    float[] last = tensor(session, "group-0/average-2/shared-0.safetensors", "parameter.W_enc");
    float[] mean = new float[last.length];
    for (int each = 0; each < 3; each++) {
      String file = "group-0/worker-%d/round-2/shared-0.safetensors".formatted(each);
      float[] weights = tensor(session, file, "parameter.W_enc");
      for (int i = 0; i < mean.length; i++) {
        mean[i] += weights[i] / 3;
      }
    }
    assertThat(farthest(last, mean)).isLessThan(1e-6); // three roundings of numbers up to 1
    byte[] written =
        HexFormat.of().parseHex(session.results().get("saes/a/sae_weights.safetensors"));
    assertThat(tensor(written, "W_dec"))
        .isEqualTo(tensor(session, "group-0/average-2/shared-0.safetensors", "parameter.W_dec"));
  }

  private static float[] tensor(FakeSession session, String file, String name) throws IOException {
    return tensor(session.relay.written().get(file), name);
  }

  private static float[] tensor(byte[] bytes, String name) throws IOException {
    Path file = Files.write(folder.resolve("tensors.safetensors"), bytes);
    try (Safetensors tensors = Safetensors.open(file)) {
      return tensors.floats(name);
    }
  }

  private static double farthest(float[] a, float[] b) {
    return IntStream.range(0, a.length).mapToDouble(i -> Math.abs(a[i] - b[i])).max().orElseThrow();
  }

  /** After so many parts: in the beginning, in a round, between two, while weights are averaged. */
  @ParameterizedTest
  @ValueSource(ints = {1, 4, 8, 9, 12, 18, 22})
  void killedAndRunAgainItEndsWithTheSameBytes(int parts) throws IOException {
    FakeSession undisturbed = new FakeSession();
    new Rounds(groups(), undisturbed).run();

    FakeSession session = new FakeSession();
    session.partsLeft = parts;
    assertThatThrownBy(() -> new Rounds(groups(), session).run())
        .isInstanceOf(FakePart.Killed.class);
    session.partsLeft = Integer.MAX_VALUE;
    new Rounds(groups(), session).run();

    assertThat(session.results()).isEqualTo(undisturbed.results());
    assertThat(session.rows("training")).isEqualTo(undisturbed.rows("training"));
    assertThat(session.rows("evaluation")).isEqualTo(undisturbed.rows("evaluation"));
  }

  @Test
  void anyOrderOfWorkersEndsWithTheSameBytes() throws IOException {
    FakeSession forward = new FakeSession();
    new Rounds(groups(), forward).run();
    FakeSession backward = new FakeSession();
    backward.backward = true;
    new Rounds(groups(), backward).run();

    assertThat(backward.results()).isEqualTo(forward.results());
  }

  private static List<SaePart> groups() {
    return List.of(
        group(
            11,
            recipe("a", SaeConfig.of(new TopKSae(3), SmallTable.WIDTH, 24), 11),
            recipe(
                "b",
                SaeConfig.of(new BatchTopKSae(3), SmallTable.WIDTH, 24)
                    .with(Normalization.EXPECTED_AVERAGE_NORM),
                11)),
        group(5, recipe("c", SaeConfig.of(new TopKSae(2), SmallTable.WIDTH, 24), 5)));
  }

  private static SaePart group(long steps, SaeRecipe... recipes) {
    return group(steps, new RoundSettings(4, 0.7, 0.5, 0), recipes);
  }

  private static SaePart group(long steps, RoundSettings rounds, SaeRecipe... recipes) {
    return new SaePart(
        source,
        List.of(recipes),
        Collections.nCopies(recipes.length, SmallTable.INPUT),
        new StreamSettings(BATCH, 50, 1, 3 * steps, 5),
        3,
        rounds,
        100,
        1,
        5,
        "m",
        SequenceFacts.UNKNOWN);
  }

  private static SaeRecipe recipe(String name, SaeConfig config, long steps) {
    return new SaeRecipe(
        name,
        config,
        SaeOptimizer.adam(Adam.DEFAULT),
        LearningRate.builder(0.003, steps).decay(2).build(),
        new CoefficientWarmUp(config.architecture().sparsity(), 1),
        50,
        ResamplingPlan.NONE,
        3);
  }
}
