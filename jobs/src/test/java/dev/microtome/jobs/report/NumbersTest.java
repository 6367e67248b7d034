package dev.microtome.jobs.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NumbersTest {
  @Test
  void areRoundedForPeople() {
    assertThat(Numbers.decimal(-0.7564, 3)).isEqualTo("−0.756");
    assertThat(Numbers.decimal(-0.0001, 2)).isEqualTo("0.00");
    assertThat(Numbers.decimal(Double.NaN, 2)).isEqualTo("–");
    assertThat(Numbers.percent(0.99951, 1)).isEqualTo("100.0 %");
    assertThat(Numbers.percent(Double.NaN, 1)).isEqualTo("–");
    assertThat(Numbers.count(1234567)).isEqualTo("1,234,567");
    assertThat(Numbers.seconds(119.96)).isEqualTo("120.0 s");
    assertThat(Numbers.seconds(185)).isEqualTo("3 min 05 s");
    assertThat(Numbers.bytes(999)).isEqualTo("999 B");
    assertThat(Numbers.bytes(1500)).isEqualTo("1.5 kB");
    assertThat(Numbers.bytes(2_345_678)).isEqualTo("2.3 MB");
  }
}
