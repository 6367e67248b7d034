package dev.microtome.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.microtome.run.InputException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class InterventionTest {
  private static final HookPoint Z = HookPoint.parse("blocks.1.attn.hook_z"); // 4 heads of 8
  private static final HookPoint POST = HookPoint.parse("blocks.1.mlp.hook_post"); // 128 neurons
  private static final HookPoint PATTERN = HookPoint.parse("blocks.1.attn.hook_pattern");
  private static final TokenBatch BATCH =
      TokenBatch.of(new int[] {1, 2, 3, 4, 5}, new int[] {6, 7, 8});

  private static NDManager manager;
  private static HookedTransformer model;

  @BeforeAll
  static void load() {
    Torch.threads(1);
    manager = NDManager.newBaseManager();
    model = GoldenModel.open("gpt2").load(manager);
  }

  @AfterAll
  static void close() {
    model.close();
    manager.close();
  }

  static Stream<Intervention> everyKind() {
    Slice slice = Slice.all().rows(0, 2).positions(-1, 3).heads(1).features(7, 6);
    return Stream.of(
        Intervention.set(
            Z,
            slice,
            Values.of(new float[] {1.5f, -0f, Float.NEGATIVE_INFINITY, Float.MIN_VALUE}, 2, 1, 2)),
        Intervention.add(POST, Slice.all(), Values.of(new float[] {1, 2})),
        Intervention.add(POST, slice, Values.of(0.5), TokenScale.DEVIATION),
        Intervention.scale(Z, slice, 0.1),
        Intervention.zero(Z, Slice.all()),
        Intervention.mean(POST, Slice.all().rows(1), Values.of(0.25)),
        Intervention.patch(PATTERN, Slice.all(), "corrupted"),
        Intervention.erase(
            POST,
            Values.of(new float[] {1, 0, 2}, 3, 1),
            Values.of(new float[] {1, 5, 0}, 1, 3),
            Values.of(new float[] {7, 8, 9})),
        Intervention.freeze(PATTERN, slice));
  }

  @ParameterizedTest
  @MethodSource("everyKind")
  void interventionsSurviveJson(Intervention intervention) throws Exception {
    ObjectMapper json = new ObjectMapper();
    assertThat(json.readValue(json.writeValueAsString(intervention), Intervention.class))
        .isEqualTo(intervention);
  }

  @ParameterizedTest
  @MethodSource("everyKind")
  void interventionsSurviveSerialisation(Intervention intervention) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(intervention);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      assertThat(in.readObject()).isEqualTo(intervention);
    }
  }

  @Test
  void theJsonOfAnInterventionIsWhatAUserWouldWrite() throws Exception {
    assertThat(
            new ObjectMapper()
                .readValue(
                    "{\"do\": \"scale\", \"hook\": \"blocks.1.attn.hook_z\", \"slice\": {\"heads\": [3]}, \"factor\": 2}",
                    Intervention.class))
        .isEqualTo(Intervention.scale(Z, Slice.all().heads(3), 2));
    assertThat(
            new ObjectMapper()
                .readValue(
                    "{\"do\": \"patch\", \"hook\": \"blocks.1.attn.hook_z\", \"source\": \"clean\"}",
                    Intervention.class))
        .isEqualTo(Intervention.freeze(Z, Slice.all()));
  }

  /** Of 4 heads of 8 side by side, what lies along two directions, through a point. */
  @Test
  void anErasureTakesAwayWhatAProjectionRemoves() {
    float[] left = new float[64];
    float[] right = new float[64];
    float[] bias = new float[32];
    for (int i = 0; i < 32; i++) {
      left[2 * i] = i == 3 ? 1 : 0;
      left[2 * i + 1] = i == 20 ? 1 : 0;
      right[i] = i == 3 ? 1 : i == 4 ? 2 : 0; // what is at 3 and twice what is at 4
      right[32 + i] = i == 20 ? 1 : 0;
      bias[i] = 0.5f;
    }
    float[][] clean = read(Z);
    float[][] erased =
        read(
            Z,
            Intervention.erase(
                Z, Values.of(left, 32, 2), Values.of(right, 2, 32), Values.of(bias)));
    for (int row = 0; row < 2; row++) {
      for (int i = 0; i < clean[row].length; i++) {
        float expected = clean[row][i];
        if (i % 32 == 3) {
          expected = 0.5f - 2 * (clean[row][i + 1] - 0.5f);
        } else if (i % 32 == 20) {
          expected = 0.5f;
        }
        assertThat(erased[row][i]).as("entry %d", i).isCloseTo(expected, within(1e-6f));
      }
    }
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new Intervention.Erase(
                    Z,
                    Slice.all().heads(1),
                    Values.of(left, 32, 2),
                    Values.of(right, 2, 32),
                    Values.of(bias)))
        .withMessageContaining("heads and features cannot be chosen");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                Intervention.erase(
                    Z, Values.of(left, 32, 2), Values.of(left, 32, 2), Values.of(bias)))
        .withMessageContaining("factors of 32 × 2 and 32 × 2 for a bias of 32");
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(
            () ->
                read(
                    POST,
                    Intervention.erase(
                        POST, Values.of(left, 32, 2), Values.of(right, 2, 32), Values.of(bias))))
        .withMessageContaining("an eraser for activations of 32 numbers, these have 128");
  }

  /** Of the whole activation of a position, whatever the slice. */
  @Test
  void whatIsAddedGrowsWithTheTokensOwnActivation() {
    for (TokenScale scale : TokenScale.values()) {
      float[] clean = read(Z)[1];
      float[] changed =
          read(
              Z,
              Intervention.add(
                  Z, Slice.all().rows(1).positions(2, 0).heads(3), Values.of(0.5), scale))[1];
      for (int position = 0; position < 3; position++) {
        double sum = 0;
        double squares = 0;
        for (int i = 32 * position; i < 32 * position + 32; i++) {
          sum += clean[i];
          squares += clean[i] * clean[i];
        }
        double factor =
            switch (scale) {
              case ONE -> 1;
              case DEVIATION -> Math.sqrt((squares - sum * sum / 32) / 31);
              case ROOT_MEAN_SQUARE -> Math.sqrt(squares / 32);
            };
        for (int i = 32 * position; i < 32 * position + 32; i++) {
          double added = position != 1 && i % 32 >= 24 ? 0.5 * factor : 0;
          assertThat(changed[i]).isCloseTo((float) (clean[i] + added), within(1e-6f)); // float32
        }
      }
    }
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> Intervention.add(PATTERN, Slice.all(), Values.of(1), TokenScale.ROOT_MEAN_SQUARE))
        .withMessage(
            "intervention at 'blocks.1.attn.hook_pattern': a scale of ROOT_MEAN_SQUARE, expected ONE where a position has no vector");
  }

  @Test
  void onlyTheSliceChanges() {
    float[][] clean = read(Z);
    float[][] changed =
        read(
            Z,
            Intervention.set(
                Z, Slice.all().rows(1).positions(-1, 0).heads(1, 3).features(0, 5), Values.of(9)));
    assertThat(changed[0]).isEqualTo(clean[0]);
    for (int i = 0; i < clean[1].length; i++) {
      int position = i / 32;
      int head = i / 8 % 4;
      int feature = i % 8;
      boolean inside = position != 1 && (head == 1 || head == 3) && (feature == 0 || feature == 5);
      assertThat(changed[1][i]).as("entry %d", i).isEqualTo(inside ? 9 : clean[1][i]);
    }
  }

  @Test
  void valuesOfAPatternLieAsThePatternDoes() {
    float[] pattern = new float[2 * 5];
    for (int i = 0; i < pattern.length; i++) {
      pattern[i] = i;
    }
    float[][] changed =
        read(
            PATTERN,
            Intervention.set(
                PATTERN,
                Slice.all().rows(0).heads(2, 0).positions(3),
                Values.of(pattern, 2, 1, 5)));
    assertThat(Arrays.copyOfRange(changed[0], (2 * 5 + 3) * 5, (2 * 5 + 4) * 5))
        .containsExactly(0, 1, 2, 3, 4);
    assertThat(Arrays.copyOfRange(changed[0], 3 * 5, 4 * 5)).containsExactly(5, 6, 7, 8, 9);
  }

  @Test
  void whatDoesNotFitIsRefusedByName() {
    refused(
        Intervention.zero(Z, Slice.all().heads(4)),
        "intervention at 'blocks.1.attn.hook_z': head 4, expected 0 to 3");
    refused(
        Intervention.zero(POST, Slice.all().heads(1)),
        "intervention at 'blocks.1.mlp.hook_post': head 1, expected 0 to 0");
    refused(
        Intervention.zero(POST, Slice.all().features(128)),
        "intervention at 'blocks.1.mlp.hook_post': feature 128, expected 0 to 127");
    refused(
        Intervention.zero(Z, Slice.all().rows(2)),
        "intervention at 'blocks.1.attn.hook_z': row 2, expected 0 to 1");
    refused(
        Intervention.zero(Z, Slice.all().positions(3)),
        "intervention at 'blocks.1.attn.hook_z': position 3 of row 1, which has 3 tokens");
    refused(
        Intervention.zero(Z, Slice.all().rows(1).positions(-4)),
        "intervention at 'blocks.1.attn.hook_z': position -4 of row 1, which has 3 tokens");
    refused(
        Intervention.set(POST, Slice.all(), Values.of(new float[127])),
        "intervention at 'blocks.1.mlp.hook_post': values of shape (127) do not fit its slice of shape (2, 5, 128)");
    refused(
        Intervention.zero(HookPoint.parse("blocks.3.hook_attn_out"), Slice.all()),
        "hook 'blocks.3.hook_attn_out': the model has 3 layers (0–2)");
  }

  @Test
  void patchesNeedASourceThatFits() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> ForwardPass.builder().intervene(Intervention.freeze(Z, Slice.all())).build())
        .withMessage(
            "patch of blocks.1.attn.hook_z from 'clean': no such source is bound (bound: [])");
    try (ActivationCache source =
        model.run(TokenBatch.of(new int[] {1, 2, 3, 4}), ForwardPass.reading(Z), manager)) {
      assertThatIllegalArgumentException()
          .isThrownBy(
              () ->
                  ForwardPass.builder()
                      .intervene(Intervention.freeze(POST, Slice.all()))
                      .source(Intervention.CLEAN, source)
                      .build())
          .withMessage("hook 'blocks.1.mlp.hook_post' was not read; read: [blocks.1.attn.hook_z]");
      ForwardPass pass =
          ForwardPass.builder()
              .intervene(Intervention.freeze(Z, Slice.all()))
              .source(Intervention.CLEAN, source)
              .read(Z)
              .build();
      assertThatExceptionOfType(InputException.class)
          .isThrownBy(() -> model.run(BATCH, pass, manager))
          .withMessage(
              "patch of 'blocks.1.attn.hook_z' from 'clean': position 4 of row 0, where the source has 4 tokens");
    }
  }

  @Test
  void oneSourceRowServesEveryRow() {
    try (ActivationCache source =
        model.run(TokenBatch.of(new int[] {9, 9, 9, 9, 9}), ForwardPass.reading(Z), manager)) {
      ForwardPass pass =
          ForwardPass.builder()
              .intervene(Intervention.freeze(Z, Slice.all().positions(2)))
              .source(Intervention.CLEAN, source)
              .read(Z)
              .build();
      try (ActivationCache patched = model.run(BATCH, pass, manager)) {
        for (int row = 0; row < 2; row++) {
          assertThat(Arrays.copyOfRange(patched.floats(Z, row), 64, 96))
              .isEqualTo(Arrays.copyOfRange(source.floats(Z), 64, 96));
        }
      }
    }
  }

  private static float[][] read(HookPoint point, Intervention... changes) {
    ForwardPass pass = ForwardPass.builder().read(point).intervene(changes).build();
    try (ActivationCache cache = model.run(BATCH, pass, manager)) {
      return new float[][] {cache.floats(point, 0), cache.floats(point, 1)};
    }
  }

  private static void refused(Intervention change, String message) {
    ForwardPass pass =
        ForwardPass.builder()
            .read(HookPoint.of(HookSite.LOGITS))
            .intervene(List.of(change))
            .build();
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> model.run(BATCH, pass, manager))
        .withMessage(message);
  }
}
