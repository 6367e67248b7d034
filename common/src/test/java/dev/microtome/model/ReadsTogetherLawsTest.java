package dev.microtome.model;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Kernels that write in place must spare what a cache keeps. A point read alone ends its pass, so
 * nothing can have been written over it: those numbers are what every other pass is held to.
 * Reading everything at once is no such test, since each read makes the next component spare its
 * input.
 */
class ReadsTogetherLawsTest {
  private static final HookPoint LOGITS = HookPoint.of(HookSite.LOGITS);

  @BeforeAll
  static void oneThread() {
    Torch.threads(1);
  }

  @ParameterizedTest
  @MethodSource("dev.microtome.model.HookedTransformerGoldenTest#models")
  void whatIsReadOutlivesTheRestOfThePass(String name) {
    try (NDManager manager = NDManager.newBaseManager();
        HookedTransformer model = GoldenModel.open(name).load(manager)) {
      TokenBatch batch = batch(model);
      for (HookPoint point : model.hookPoints().all()) {
        float[] alone = read(model, batch, ForwardPass.reading(point), point, manager);
        float[] outlived = read(model, batch, ForwardPass.reading(point, LOGITS), point, manager);
        assertThat(outlived).as(point.address()).isEqualTo(alone);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.microtome.model.HookedTransformerGoldenTest#models")
  void thePointsOfABlockReadInPairsAreWhatTheyAreAlone(String name) {
    try (NDManager manager = NDManager.newBaseManager();
        HookedTransformer model = GoldenModel.open(name).load(manager)) {
      TokenBatch batch = batch(model);
      List<HookPoint> points =
          model.hookPoints().all().stream().filter(point -> point.layer() == 0).toList();
      Map<HookPoint, float[]> alone = new HashMap<>();
      for (HookPoint point : points) {
        alone.put(point, read(model, batch, ForwardPass.reading(point), point, manager));
      }
      for (int i = 0; i < points.size(); i++) {
        HookPoint first = points.get(i);
        for (HookPoint second : points.subList(i + 1, points.size())) {
          try (ActivationCache cache =
              model.run(batch, ForwardPass.reading(first, second), manager)) {
            String pair = first + " with " + second;
            HookedTransformerLawsTest.assertClose(cache.floats(first), alone.get(first), pair);
            HookedTransformerLawsTest.assertClose(cache.floats(second), alone.get(second), pair);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.microtome.model.HookedTransformerGoldenTest#models")
  void aPatchedActivationAndItsSourceOutliveThePass(String name) {
    try (NDManager manager = NDManager.newBaseManager();
        HookedTransformer model = GoldenModel.open(name).load(manager)) {
      TokenBatch batch = batch(model);
      for (HookPoint point : model.hookPoints().all()) {
        try (ActivationCache clean = model.run(batch, ForwardPass.reading(point), manager)) {
          float[] before = clean.floats(point);
          ForwardPass patched =
              ForwardPass.builder()
                  .read(point, LOGITS)
                  .intervene(Intervention.freeze(point, Slice.all()))
                  .source(Intervention.CLEAN, clean)
                  .build();
          assertThat(read(model, batch, patched, point, manager))
              .as(point.address())
              .isEqualTo(before);
          assertThat(clean.floats(point)).as(point.address()).isEqualTo(before);
        }
      }
    }
  }

  /** Two rows of one length: padding would stand for numbers that mean nothing. */
  private static TokenBatch batch(HookedTransformer model) {
    return TokenBatch.of(HookedTransformerLawsTest.randomRows(model.config(), 11, 11));
  }

  private static float[] read(
      HookedTransformer model,
      TokenBatch batch,
      ForwardPass pass,
      HookPoint point,
      NDManager manager) {
    try (ActivationCache cache = model.run(batch, pass, manager)) {
      return cache.floats(point);
    }
  }
}
