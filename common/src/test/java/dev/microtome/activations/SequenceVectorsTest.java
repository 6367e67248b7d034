package dev.microtome.activations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ai.djl.ndarray.NDManager;
import dev.microtome.model.ActivationCache;
import dev.microtome.model.ForwardPass;
import dev.microtome.model.HookPoint;
import dev.microtome.model.HookedTransformer;
import dev.microtome.model.TokenBatch;
import dev.microtome.run.InputException;
import dev.microtome.run.RejectedContentException;
import dev.microtome.text.TokenSequence;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SequenceVectorsTest {
  private static final HookPoint STREAM = HookPoint.parse("blocks.2.hook_resid_post");
  private static final HookPoint HEADS = HookPoint.parse("blocks.1.attn.hook_z");

  /** Batches of ragged sequences against each sequence alone, pooled by a loop. */
  @ParameterizedTest
  @EnumSource
  void vectorsArePooledFromEachSequenceAlone(Pooling pooling) throws IOException {
    try (NDManager manager = NDManager.newBaseManager();
        HookedTransformer model = TinyModel.load(manager)) {
      List<TokenSequence> sequences = TinyModel.sequences(3, 20);
      List<HookPoint> hooks = List.of(STREAM, HEADS);
      Map<String, float[]> found = new TreeMap<>();
      List<Long> progress = new ArrayList<>();
      new SequenceVectors(model, hooks, pooling, 150)
          .compute(
              sequences,
              manager,
              (hook, sequence, vector) ->
                  assertThat(found.put(hook + " " + sequence.sequenceId(), vector)).isNull(),
              progress::add);

      assertThat(found).hasSize(40);
      assertThat(progress).hasSizeGreaterThan(3).isSorted().endsWith(20L);
      double largest = 0;
      for (TokenSequence sequence : sequences) {
        try (ActivationCache alone =
            model.run(TokenBatch.of(sequence.tokens()), ForwardPass.reading(hooks), manager)) {
          for (HookPoint hook : hooks) {
            float[] all = alone.floats(hook, 0);
            int length = sequence.tokens().length;
            int width = all.length / length;
            float[] vector = found.get(hook + " " + sequence.sequenceId());
            assertThat(vector).hasSize(width);
            for (int i = 0; i < width; i++) {
              double sum = 0;
              for (int position = 0; position < length; position++) {
                sum += all[position * width + i];
              }
              double expected =
                  switch (pooling) {
                    case FIRST -> all[i];
                    case LAST -> all[(length - 1) * width + i];
                    case MEAN -> sum / length;
                  };
              largest = Math.max(largest, Math.abs(vector[i] - expected));
            }
          }
        }
      }
      assertThat(largest).isLessThan(5e-6); // float32 in other batches
    }
  }

  @Test
  void refusesAttentionAndWhatIsNotFinite(@TempDir Path scratch) throws IOException {
    try (NDManager manager = NDManager.newBaseManager();
        HookedTransformer model = TinyModel.withNan("h.2.mlp.c_proj.bias", scratch, manager)) {
      HookPoint pattern = HookPoint.parse("blocks.0.attn.hook_pattern");
      assertThatExceptionOfType(InputException.class)
          .isThrownBy(() -> new SequenceVectors(model, List.of(pattern), Pooling.MEAN, 100))
          .withMessageContaining("hook 'blocks.0.attn.hook_pattern' is as wide as a sequence");
      SequenceVectors vectors = new SequenceVectors(model, List.of(STREAM), Pooling.LAST, 100);
      assertThatExceptionOfType(RejectedContentException.class)
          .isThrownBy(
              () ->
                  vectors.compute(
                      List.of(new TokenSequence(7, new int[] {1, 2})),
                      manager,
                      (hook, sequence, vector) -> {},
                      done -> {}))
          .withMessage("hook 'blocks.2.hook_resid_post', document 7: value 0 is NaN");
    }
  }
}
