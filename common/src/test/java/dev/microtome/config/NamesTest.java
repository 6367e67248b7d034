package dev.microtome.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NamesTest {
  @Test
  void aNameNearByIsMeant() {
    assertThat(Names.hint("gendre", List.of("profession", "gender")))
        .isEqualTo(": did you mean 'gender'?");
  }

  @Test
  void whereNoneIsNearThoseThatThereAreAreListed() {
    assertThat(Names.hint("year", List.of("profession", "position")))
        .isEqualTo(": there are [profession, position]");
    assertThat(Names.hint("year", List.of())).isEmpty();
  }

  @Test
  void ofManyTheFirstTwentyAre() {
    List<String> labels = IntStream.range(0, 25).mapToObj("a-long-label-%d"::formatted).toList();
    assertThat(Names.hint("year", labels)).endsWith("a-long-label-19] and 5 others");
  }
}
