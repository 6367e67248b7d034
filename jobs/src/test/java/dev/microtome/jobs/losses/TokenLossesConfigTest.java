package dev.microtome.jobs.losses;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.microtome.dynamics.LossSettings;
import dev.microtome.jobs.ConfFile;
import dev.microtome.run.InputException;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenLossesConfigTest {
  @Test
  void theFileDocumentsTheRecord() throws IOException {
    ConfFile.assertDocuments(
        "token-losses", TokenLossesConfig.class, List.of("checkpoints=c", "tokens=t"));
  }

  @Test
  void predictsAllPositionsUnlessTold() {
    assertThat(read("sequences-per-part=3").settings()).isEqualTo(new LossSettings(0, 1024));
    assertThat(read("positions=7").settings()).isEqualTo(new LossSettings(7, 1024));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "checkpoints=[]       | needs at least one checkpoint",
        "positions=-1         | positions: invalid value -1: must be at least 0",
        "batch-tokens=0       | batch-tokens: invalid value 0: must be at least 1",
        "sequences-per-part=0 | sequences-per-part: invalid value 0: must be at least 1",
      })
  void refusesWhatCannotBe(String set, String message) {
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> read(set))
        .withMessageContaining(message);
  }

  private static TokenLossesConfig read(String set) {
    return ConfFile.read(TokenLossesConfig.class, List.of("checkpoints=c", "tokens=t", set));
  }
}
