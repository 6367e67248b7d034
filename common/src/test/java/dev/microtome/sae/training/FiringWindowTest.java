package dev.microtome.sae.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FiringWindowTest {
  /** Dead is what has not fired over so many tokens: as dense trainings count, and as is stated. */
  @Test
  void aFeatureIsDeadAfterTheWholeWindow() {
    FiringWindow window = new FiringWindow(3, 200);
    IdleFeatures dense = new IdleFeatures(3, 200);
    for (int batch = 0; batch < 4; batch++) {
      int now = batch;
      // The first fires each time, the second in the second batch, the third never.
      window.add(100, feature -> feature == 0 || (feature == 1 && now == 1));
      dense.add(new int[] {1, batch == 1 ? 1 : 0, 0});

      boolean[] dead = dense.dead(100);
      assertThat(window.dead())
          .containsExactly(IntStream.range(0, 3).filter(i -> dead[i]).toArray());
      assertThat(window.dead())
          .containsExactly(batch == 0 ? new int[0] : batch < 3 ? new int[] {2} : new int[] {1, 2});
    }
  }
}
