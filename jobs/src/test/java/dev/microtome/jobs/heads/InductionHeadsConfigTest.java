package dev.microtome.jobs.heads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.microtome.heads.HeadAblation;
import dev.microtome.jobs.ConfFile;
import dev.microtome.run.InputException;
import dev.microtome.text.TokenSequence;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InductionHeadsConfigTest {
  @Test
  void theFileDocumentsTheRecord() throws IOException {
    ConfFile.assertDocuments(
        "induction-heads", InductionHeadsConfig.class, List.of("checkpoints=c"));
  }

  @Test
  void defaultsAreThePapers() {
    InductionHeadsConfig config = read("examples=10");
    assertThat(config.repeats()).isEqualTo(4);
    assertThat(config.sequenceLength()).isEqualTo(25);
    assertThat(config.examples()).isEqualTo(10);
    assertThat(config.earlyPosition()).isEmpty();
    assertThat(config.latePosition()).isEmpty();
    assertThat(ContextPositions.of(config, sequences(600, 501, 12)))
        .isEqualTo(new ContextPositions(50, 500));
    assertThat(config.bos()).isEmpty();
    assertThat(config.tokens()).isEmpty();
    assertThat(config.ablations()).containsExactly(HeadAblation.values());
    assertThat(config.seed()).isZero();
  }

  @Test
  void positionsFitShorterSequencesInTheSameRatio() {
    InductionHeadsConfig config = read("examples=10");
    assertThat(ContextPositions.of(config, sequences(256, 256, 256, 31)))
        .isEqualTo(new ContextPositions(25, 255));
    // Most sequences are shorter than the longest, whose last position says little.
    assertThat(ContextPositions.of(config, sequences(400, 64, 64, 64, 10)))
        .isEqualTo(new ContextPositions(6, 63));
    assertThat(ContextPositions.of(config, sequences(3))).isEqualTo(new ContextPositions(1, 2));
    assertThat(ContextPositions.of(read("late-position=120"), sequences(128)))
        .isEqualTo(new ContextPositions(12, 120));
    assertThat(ContextPositions.of(read("early-position=50"), sequences(128)))
        .isEqualTo(new ContextPositions(50, 127));
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(
            () ->
                ConfFile.read(
                    InductionHeadsConfig.class,
                    List.of("checkpoints=c", "early-position=50", "late-position=50")))
        .withMessageContaining("late-position: invalid value 50: must be above early-position, 50");
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> ContextPositions.of(config, sequences(2, 2, 9)))
        .withMessageContaining(
            "half of the 3 sequences used have no more than 2 tokens, an in-context-learning score needs 3");
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> ContextPositions.of(read("early-position=50"), sequences(40)))
        .withMessageContaining(
            "early-position: invalid value 50: must be below late-position, which is 39");
  }

  private static UsedSequences sequences(int... lengths) {
    return new UsedSequences(
        "runs/tokens",
        IntStream.range(0, lengths.length)
            .mapToObj(i -> new TokenSequence(i, new int[lengths[i]]))
            .toList());
  }

  @Test
  void readsEveryForm() {
    assertThat(read("ablations=[pattern-preserving]").ablations())
        .containsExactly(HeadAblation.PATTERN_PRESERVING);
    assertThat(read("ablations=[]").ablations()).isEmpty();
    assertThat(read("bos=3").bos()).contains(3);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "checkpoints=[]    | needs at least one checkpoint",
        "repeats=1         | repeats: invalid value 1: must be at least 2",
        "sequence-length=0 | sequence-length: invalid value 0: must be at least 1",
        "late-position=1   | late-position: invalid value 1: must be at least 2",
        "early-position=0  | early-position: invalid value 0: must be at least 1",
        "bos=-1            | bos: invalid value -1: must be at least 0",
        "ablations=[half]  | pattern-preserving",
        "set-size=-1       | set-size: invalid value -1: must be at least 0",
        "heads-per-part=0  | heads-per-part: invalid value 0: must be at least 1",
      })
  void refusesWhatCannotBe(String set, String message) {
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> read(set))
        .withMessageContaining(message);
  }

  private static InductionHeadsConfig read(String set) {
    return ConfFile.read(InductionHeadsConfig.class, List.of("checkpoints=c", set));
  }
}
