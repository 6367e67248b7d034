package dev.microtome.jobs.saes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.microtome.config.ConfigReader;
import dev.microtome.run.InputException;
import dev.microtome.run.LocalFileStore;
import dev.microtome.sae.BatchTopKSae;
import dev.microtome.sae.stream.RowColumns;
import dev.microtome.sae.training.SaeRecipe;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SaeRecipesTest {
  /** A recipe of 500 steps by four workers and by one. */
  private static SaeRecipe recipe(int workers, String... sets) {
    List<String> all = new ArrayList<>(List.of("activations=a"));
    all.addAll(List.of(sets));
    TrainSaeConfig config =
        ConfigReader.read(TrainSaeConfig.class, Optional.empty(), all, new LocalFileStore())
            .value();
    return SaeRecipes.of(
        "a",
        config.sae(),
        new SaeInput("hook_embed", "", RowColumns.all(64)),
        500,
        workers,
        config.rounds());
  }

  /** Each sees a quarter of the tokens: what counts tokens counts a quarter of them. */
  @Test
  void workersShareTokensOut() {
    String[] sets = {"sae.architecture=batchtopk", "sae.dead-after-tokens=1000"};
    SaeRecipe one = recipe(1, sets);
    SaeRecipe four = recipe(4, sets);
    assertThat(one.deadAfterTokens()).isEqualTo(1000);
    assertThat(four.deadAfterTokens()).isEqualTo(250);
    assertThat(((BatchTopKSae) one.config().architecture()).thresholdRate()).isEqualTo(0.01);
    assertThat(((BatchTopKSae) four.config().architecture()).thresholdRate()).isEqualTo(0.04);
  }

  /** Refused with the configuration, and not by the first step. */
  @Test
  void batchesWithMorePlacesThanKeysAreRefused() {
    String[] sets = {"sae.architecture=batchtopk", "sae.d-sae=16384", "buffer=1000000"};
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> recipe(1, add(sets, "sae.batch-size=262145")))
        .withMessage(
            "SAE 'a' at hook 'hook_embed': 262,145 rows × 16,384 features are more places than the 2³² of one selection; a batch of at most 262,144 rows has a key for each");
    assertThat(recipe(1, add(sets, "sae.batch-size=262144")).config().dSae()).isEqualTo(16384);
  }

  private static String[] add(String[] sets, String last) {
    String[] all = Arrays.copyOf(sets, sets.length + 1);
    all[sets.length] = last;
    return all;
  }

  @Test
  void signumsRateGrowsWithTheWorkersAndAdamsAsItIsTold() {
    assertThat(recipe(4).learningRate().peak())
        .isCloseTo(4 * recipe(1).learningRate().peak(), within(1e-15));
    assertThat(recipe(4, "rounds.lr-growth=0").learningRate().peak())
        .isEqualTo(recipe(1).learningRate().peak());
    assertThat(recipe(4, "rounds.lr-growth=0.5").learningRate().peak())
        .isCloseTo(2 * recipe(1).learningRate().peak(), within(1e-15));
    String signum = "sae.optimizer=signum";
    assertThat(recipe(4, signum).learningRate().peak())
        .isCloseTo(4 * recipe(1, signum).learningRate().peak(), within(1e-15));
  }
}
