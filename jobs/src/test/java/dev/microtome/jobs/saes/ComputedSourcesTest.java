package dev.microtome.jobs.saes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ComputedSourcesTest {
  /**
   * 256 MB are 2²⁶ values: of 8 sequences of 2,048 tokens with 4,096 each, and of no 8 with one
   * more. The last product is beyond 32 bits.
   */
  @ParameterizedTest
  @CsvSource({
    "128, 512, 64",
    "2048, 512, 64",
    "2048, 513, 63",
    "2048, 4096, 8",
    "2048, 4097, 7",
    "2049, 4096, 7",
    "16384, 4096, 1",
    "131072, 32768, 1"
  })
  void aBlockHasAsManySequencesAsFitIntoItsMemory(int longest, long width, int sequences) {
    assertThat(ComputedSources.sequences(longest, width)).isEqualTo(sequences);
  }

  @Test
  void aBlocksRowsAreItsSequencesTokens() {
    int[] lengths = {3, 0, 5, 1, Integer.MAX_VALUE, Integer.MAX_VALUE, 2};
    assertThat(ComputedSources.rows(lengths, 2))
        .containsExactly(3L, 6L, 2L * Integer.MAX_VALUE, 2L);
  }
}
