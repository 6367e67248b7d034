package dev.microtome.model;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import dev.microtome.model.load.Safetensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Knock-outs, path patching and activation patching of the tiny GPT-2, against float64 results on
 * which TransformerLens's hooks and plain algebra agree. The metric is logit[right] − logit[wrong]
 * at the last position, a value a prompt.
 */
class InterventionGoldenTest {
  private static final double TOLERANCE = 5e-5; // float32 against float64
  private static final int LAYERS = 3;
  private static final int HEADS = 4;
  private static final int PROMPTS = 3;
  private static final HookPoint LOGITS = HookPoint.of(HookSite.LOGITS);
  private static final List<Intervention> FREEZE_EVERY_HEAD =
      IntStream.range(0, LAYERS)
          .mapToObj(layer -> Intervention.freeze(z(layer), Slice.all()))
          .toList();

  private static NDManager manager;
  private static HookedTransformer model;
  private static Safetensors golden;
  private static TokenBatch clean;
  private static ActivationCache cleanRun;
  private static ActivationCache corruptedRun;
  private static ActivationCache referenceRun;
  private static long[] answers;

  @BeforeAll
  static void runClean() {
    Torch.threads(1);
    manager = NDManager.newBaseManager();
    model = GoldenModel.open("gpt2").load(manager);
    golden = Safetensors.open(GoldenModel.resource("golden/circuits/circuits.safetensors"));
    answers = golden.longs("answers");
    clean = batch("clean_ids");
    ForwardPass everything = ForwardPass.reading(model.hookPoints().all());
    cleanRun = model.run(clean, everything, manager);
    corruptedRun = model.run(batch("corrupted_ids"), everything, manager);
    referenceRun = model.run(batch("reference_ids"), everything, manager);
  }

  @AfterAll
  static void close() {
    golden.close();
    model.close();
    manager.close();
  }

  @Test
  void differencesWithoutInterventions() {
    assertClose(difference(clean, List.of()), "logit_difference.clean", 0);
    assertClose(difference(corruptedRun.batch(), List.of()), "logit_difference.corrupted", 0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "zero",
        "mean",
        "mean_by_position",
        "resample",
        "zero_last_position",
        "zero_frozen_patterns"
      })
  void knockedOutHeads(String how) {
    for (int layer = 0; layer < LAYERS; layer++) {
      for (int head = 0; head < HEADS; head++) {
        Slice slice = Slice.all().heads(head);
        List<Intervention> changes = new ArrayList<>();
        switch (how) {
          case "zero" -> changes.add(Intervention.zero(z(layer), slice));
          case "mean" -> changes.add(Intervention.mean(z(layer), slice, meanZ(layer, head, false)));
          case "mean_by_position" ->
              changes.add(Intervention.mean(z(layer), slice, meanZ(layer, head, true)));
          case "resample" -> changes.add(Intervention.patch(z(layer), slice, "corrupted"));
          case "zero_last_position" ->
              changes.add(Intervention.zero(z(layer), slice.positions(-1)));
          default -> {
            for (int each = 0; each < LAYERS; each++) {
              changes.add(Intervention.freeze(HookPoint.of(each, HookSite.PATTERN), Slice.all()));
            }
            changes.add(Intervention.zero(z(layer), slice));
          }
        }
        assertClose(difference(clean, changes), "knock_out." + how, layer * HEADS + head);
      }
    }
  }

  @Test
  void scalingByZeroAndAddingTheNegativeAreZeroAblation() {
    Slice slice = Slice.all().heads(2);
    float[] z = cleanRun.floats(z(1));
    float[] negative = new float[PROMPTS * clean.length() * 8];
    for (int cell = 0; cell < PROMPTS * clean.length(); cell++) {
      for (int i = 0; i < 8; i++) {
        negative[cell * 8 + i] = -z[(cell * HEADS + 2) * 8 + i];
      }
    }
    Values minusZ = Values.of(negative, PROMPTS, clean.length(), 1, 8);
    assertClose(
        difference(clean, List.of(Intervention.scale(z(1), slice, 0))),
        "knock_out.zero",
        HEADS + 2);
    assertClose(
        difference(clean, List.of(Intervention.add(z(1), slice, minusZ))),
        "knock_out.zero",
        HEADS + 2);
  }

  @Test
  void interventionsAtOneHookActInOrder() {
    List<Intervention> changes =
        List.of(
            Intervention.zero(z(1), Slice.all().heads(2)),
            Intervention.add(z(1), Slice.all().heads(2), Values.of(3)),
            Intervention.patch(z(1), Slice.all().heads(2), "corrupted"));
    assertClose(difference(clean, changes), "knock_out.resample", HEADS + 2);
  }

  /**
   * Every (layer, position) cell is a row of one batch: the corrupted prompt with one clean value
   * put in.
   */
  @ParameterizedTest
  @CsvSource({"resid_pre, RESID_PRE", "attn_out, ATTN_OUT", "mlp_out, MLP_OUT"})
  void patchedActivations(String name, HookSite site) {
    int positions = clean.length();
    for (int prompt = 0; prompt < PROMPTS; prompt++) {
      int[] corrupted = corruptedRun.batch().tokens(prompt);
      try (ActivationCache source =
          model.run(
              TokenBatch.of(clean.tokens(prompt)),
              ForwardPass.reading(model.hookPoints().resolve(site.pattern())),
              manager)) {
        List<Intervention> changes = new ArrayList<>();
        List<int[]> rows = new ArrayList<>();
        for (int layer = 0; layer < LAYERS; layer++) {
          for (int position = 0; position < positions; position++) {
            changes.add(
                Intervention.freeze(
                    HookPoint.of(layer, site), Slice.all().rows(rows.size()).positions(position)));
            rows.add(corrupted);
          }
        }
        double[] actual =
            difference(TokenBatch.of(rows), prompt, changes, Map.of(Intervention.CLEAN, source));
        double[] expected = golden.doubles("patching." + name);
        for (int cell = 0; cell < actual.length; cell++) {
          assertThat(Math.abs(actual[cell] - expected[cell * PROMPTS + prompt]))
              .as("cell %d", cell)
              .isLessThan(TOLERANCE);
        }
      }
    }
  }

  @Test
  void patchedHeads() {
    for (int cell = 0; cell < LAYERS * HEADS; cell++) {
      Intervention patch = Intervention.freeze(z(cell / HEADS), Slice.all().heads(cell % HEADS));
      assertClose(difference(corruptedRun.batch(), List.of(patch)), "patching.head_z", cell);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"path.head_to_logits", "path.head_to_logits_mlps_frozen"})
  void pathsFromAHeadToTheLogits(String name) {
    for (int cell = 0; cell < LAYERS * HEADS; cell++) {
      List<Intervention> changes = new ArrayList<>(senderCorrupted(cell));
      if (name.endsWith("mlps_frozen")) {
        for (int layer = 0; layer < LAYERS; layer++) {
          changes.add(Intervention.freeze(HookPoint.of(layer, HookSite.MLP_OUT), Slice.all()));
        }
      }
      assertClose(difference(clean, changes), name, cell);
    }
  }

  @ParameterizedTest
  @CsvSource({"0, Q", "1, K", "2, V"})
  void pathsFromAHeadToAHeadsInputs(int index, HookSite site) {
    double[] expected = golden.doubles("path.head_to_head");
    for (int sender = 0; sender < LAYERS * HEADS; sender++) {
      ForwardPass first =
          sources(ForwardPass.builder())
              .intervene(senderCorrupted(sender))
              .read(model.hookPoints().resolve(site.pattern()))
              .build();
      try (ActivationCache received = model.run(clean, first, manager)) {
        for (int receiver = (sender / HEADS + 1) * HEADS; receiver < LAYERS * HEADS; receiver++) {
          Intervention replaced =
              Intervention.patch(
                  HookPoint.of(receiver / HEADS, site),
                  Slice.all().heads(receiver % HEADS),
                  "received");
          double[] actual = difference(clean, -1, List.of(replaced), Map.of("received", received));
          int start = ((index * LAYERS * HEADS + sender) * LAYERS * HEADS + receiver) * PROMPTS;
          for (int prompt = 0; prompt < PROMPTS; prompt++) {
            assertThat(Math.abs(actual[prompt] - expected[start + prompt]))
                .as("%d to %d", sender, receiver)
                .isLessThan(TOLERANCE);
          }
        }
      }
    }
  }

  @Test
  void everyPositionPatchedAtLayerZeroIsTheCleanRun() {
    Intervention all = Intervention.freeze(HookPoint.of(0, HookSite.RESID_PRE), Slice.all());
    assertClose(difference(corruptedRun.batch(), List.of(all)), "logit_difference.clean", 0);
  }

  private static HookPoint z(int layer) {
    return HookPoint.of(layer, HookSite.Z);
  }

  private static List<Intervention> senderCorrupted(int cell) {
    List<Intervention> changes = new ArrayList<>(FREEZE_EVERY_HEAD);
    changes.add(Intervention.patch(z(cell / HEADS), Slice.all().heads(cell % HEADS), "corrupted"));
    return changes;
  }

  /** Mean of a head's z over the reference prompts, at each position or over positions as well. */
  private static Values meanZ(int layer, int head, boolean byPosition) {
    float[] z = referenceRun.floats(z(layer));
    int positions = clean.length();
    int rows = referenceRun.batch().size();
    double[] sums = new double[byPosition ? positions * 8 : 8];
    for (int row = 0; row < rows; row++) {
      for (int position = 0; position < positions; position++) {
        for (int i = 0; i < 8; i++) {
          sums[(byPosition ? position * 8 : 0) + i] +=
              z[((row * positions + position) * HEADS + head) * 8 + i];
        }
      }
    }
    float[] mean = new float[sums.length];
    for (int i = 0; i < mean.length; i++) {
      mean[i] = (float) (sums[i] / (byPosition ? rows : rows * positions));
    }
    return byPosition ? Values.of(mean, positions, 1, 8) : Values.of(mean);
  }

  private static TokenBatch batch(String name) {
    long[] ids = golden.longs(name);
    int length = golden.tensor(name).shape().get(1).intValue();
    return TokenBatch.of(
        IntStream.range(0, ids.length / length)
            .mapToObj(
                row -> IntStream.range(0, length).map(i -> (int) ids[row * length + i]).toArray())
            .toList());
  }

  private static ForwardPass.Builder sources(ForwardPass.Builder builder) {
    return builder.source(Intervention.CLEAN, cleanRun).source("corrupted", corruptedRun);
  }

  private static double[] difference(TokenBatch batch, List<Intervention> changes) {
    return difference(
        batch, -1, changes, Map.of(Intervention.CLEAN, cleanRun, "corrupted", corruptedRun));
  }

  /**
   * The logit difference of each row, whose answers are those of {@code prompt}, or of its own
   * index if that is −1.
   */
  private static double[] difference(
      TokenBatch batch,
      int prompt,
      List<Intervention> changes,
      Map<String, ActivationCache> sources) {
    ForwardPass.Builder pass = ForwardPass.builder().read(LOGITS).intervene(changes);
    sources.forEach(pass::source);
    try (ActivationCache cache = model.run(batch, pass.build(), manager)) {
      int dVocab = model.config().dVocab();
      return IntStream.range(0, batch.size())
          .mapToDouble(
              row -> {
                float[] logits = cache.floats(LOGITS, row);
                int last = logits.length - dVocab;
                int of = prompt < 0 ? row : prompt;
                return (double) logits[last + (int) answers[2 * of]]
                    - logits[last + (int) answers[2 * of + 1]];
              })
          .toArray();
    }
  }

  private static void assertClose(double[] actual, String name, int cell) {
    double[] expected =
        Arrays.copyOfRange(golden.doubles(name), cell * PROMPTS, (cell + 1) * PROMPTS);
    for (int prompt = 0; prompt < PROMPTS; prompt++) {
      assertThat(Math.abs(actual[prompt] - expected[prompt]))
          .as("%s %d prompt %d", name, cell, prompt)
          .isLessThan(TOLERANCE);
    }
  }
}
