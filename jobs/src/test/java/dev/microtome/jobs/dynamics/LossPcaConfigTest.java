package dev.microtome.jobs.dynamics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.microtome.dynamics.TokenSelection;
import dev.microtome.jobs.ConfFile;
import dev.microtome.run.InputException;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LossPcaConfigTest {
  @Test
  void theFileDocumentsTheRecord() throws IOException {
    ConfFile.assertDocuments("loss-pca", LossPcaConfig.class, List.of("token-losses=[l]"));
  }

  @Test
  void theSeedDrawsOneTokenUnlessAllAreAskedFor() {
    assertThat(read("seed=3").selection()).isEqualTo(new TokenSelection.OnePerSequence(3));
    assertThat(read("one-token-per-sequence=false").selection())
        .isEqualTo(new TokenSelection.All());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "token-losses=[]   | needs at least one token-losses run",
        "components=0      | components: invalid value 0: must be at least 1",
        "losses-per-part=0 | losses-per-part: invalid value 0: must be at least 1",
      })
  void refusesWhatCannotBe(String set, String message) {
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> read(set))
        .withMessageContaining(message);
  }

  private static LossPcaConfig read(String set) {
    return ConfFile.read(LossPcaConfig.class, List.of("token-losses=[l]", set));
  }
}
