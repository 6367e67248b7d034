package dev.microtome.jobs.circuits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.microtome.jobs.ConfFile;
import dev.microtome.run.InputException;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FrameworkConfigTest {
  @Test
  void theFileDocumentsTheRecord() throws IOException {
    ConfFile.assertDocuments("framework", FrameworkConfig.class, List.of("checkpoints=c"));
  }

  @Test
  void normsAreFoldedOnlyWhereAsked() {
    assertThat(read("bigrams=10").folding()).isEqualTo(NormFolding.NONE);
    assertThat(read("folding=norms").folding()).isEqualTo(NormFolding.NORMS);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "checkpoints=[]   | needs at least one checkpoint",
        "bigrams=-1       | bigrams: invalid value -1: must be at least 0",
        "skip-trigrams=-1 | skip-trigrams: invalid value -1: must be at least 0",
        "folding=all      | norms",
      })
  void refusesWhatCannotBe(String set, String message) {
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> read(set))
        .withMessageContaining(message);
  }

  private static FrameworkConfig read(String set) {
    return ConfFile.read(FrameworkConfig.class, List.of("checkpoints=c", set));
  }
}
