package dev.microtome.activations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microtome.activations.NonFinite.NegativeInfinity;
import java.nio.FloatBuffer;
import org.junit.jupiter.api.Test;

class NonFiniteTest {
  private static final float[] VALUES = {
    Float.NaN, 1, -Float.MAX_VALUE, Float.NEGATIVE_INFINITY, 0, Float.POSITIVE_INFINITY, 2
  };

  @Test
  void findsTheFirstAfterTheStart() {
    assertThat(first(0, 7, NegativeInfinity.REFUSED)).isZero();
    assertThat(first(1, 6, NegativeInfinity.REFUSED)).isEqualTo(2);
    assertThat(first(4, 3, NegativeInfinity.REFUSED)).isEqualTo(1);
  }

  @Test
  void finiteValuesPass() {
    assertThat(first(1, 2, NegativeInfinity.REFUSED)).isEqualTo(-1);
    assertThat(first(6, 1, NegativeInfinity.REFUSED)).isEqualTo(-1);
    assertThat(first(0, 0, NegativeInfinity.REFUSED)).isEqualTo(-1);
  }

  @Test
  void negativeInfinityMayBeAllowedAndNothingElse() {
    assertThat(first(1, 4, NegativeInfinity.ALLOWED)).isEqualTo(-1);
    assertThat(first(1, 6, NegativeInfinity.ALLOWED)).isEqualTo(4);
    assertThat(first(0, 1, NegativeInfinity.ALLOWED)).isZero();
  }

  private static int first(int start, int length, NegativeInfinity negativeInfinity) {
    return NonFinite.first(FloatBuffer.wrap(VALUES), start, length, negativeInfinity);
  }
}
