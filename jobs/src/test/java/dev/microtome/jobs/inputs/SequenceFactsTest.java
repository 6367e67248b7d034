package dev.microtome.jobs.inputs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.microtome.jobs.TableInput;
import dev.microtome.jobs.TableInput.TableFile;
import dev.microtome.run.InputException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SequenceFactsTest {
  private static TableInput table(Map<String, String> metadata) {
    return new TableInput("t", "digest", List.of(new TableFile("t/a", 1, 1, "i")), metadata);
  }

  @ParameterizedTest
  @CsvSource({"0, true", "511, true", "-1, false"})
  void activationsSayWhatTheTokensSaid(int bos, boolean begins) {
    SequenceFacts facts =
        SequenceFacts.ofTokens(
            table(Map.of("context_length", "24", "bos", Integer.toString(bos), "dtype", "x")));

    assertThat(facts.contextSize()).hasValue(24);
    assertThat(facts.prependBos()).contains(begins);
    assertThat(facts.metadata())
        .containsOnly(
            Map.entry("context_size", "24"), Map.entry("prepend_bos", Boolean.toString(begins)));
    assertThat(SequenceFacts.ofActivations(table(facts.metadata()))).isEqualTo(facts);
    assertThat(facts.orMost(30)).isEqualTo(facts);
  }

  @Test
  void whatIsNotSaidIsNotMadeUp() {
    assertThat(SequenceFacts.ofTokens(table(Map.of()))).isEqualTo(SequenceFacts.UNKNOWN);
    assertThat(SequenceFacts.ofActivations(table(Map.of()))).isEqualTo(SequenceFacts.UNKNOWN);
    assertThat(SequenceFacts.UNKNOWN.metadata()).isEmpty();
    assertThat(SequenceFacts.UNKNOWN.contextSize()).isEmpty();
    assertThat(SequenceFacts.UNKNOWN.prependBos()).isEmpty();
    assertThat(SequenceFacts.UNKNOWN.orMost(30).contextSize()).hasValue(30);
  }

  @ParameterizedTest
  @CsvSource({"context_size, long, a whole number", "prepend_bos, 1, true or false"})
  void metadataOfAnotherTypeIsNamed(String key, String value, String expected) {
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> SequenceFacts.ofActivations(table(Map.of(key, value))))
        .withMessage("t/a: metadata '%s' is '%s', expected %s", key, value, expected);
  }
}
