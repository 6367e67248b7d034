package dev.microtome.jobs.heads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.microtome.heads.HeadAblation;
import dev.microtome.jobs.ConfFile;
import dev.microtome.run.InputException;
import java.io.IOException;
import java.util.List;
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
    assertThat(config.earlyPosition()).isEqualTo(50);
    assertThat(config.latePosition()).isEqualTo(500);
    assertThat(config.bos()).isEmpty();
    assertThat(config.tokens()).isEmpty();
    assertThat(config.ablations()).containsExactly(HeadAblation.values());
    assertThat(config.seed()).isZero();
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
        "late-position=50  | late-position: invalid value 50: must be above early-position, 50",
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
