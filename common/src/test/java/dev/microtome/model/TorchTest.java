package dev.microtome.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class TorchTest {
  @Test
  void threadsCanBeSetMoreThanOnce() {
    Torch.threads(2);
    Torch.threads(1);
    assertThat(Torch.threads()).isEqualTo(1);
  }

  @Test
  void noThreadIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Torch.threads(0))
        .withMessage("threads must be positive: 0");
  }
}
