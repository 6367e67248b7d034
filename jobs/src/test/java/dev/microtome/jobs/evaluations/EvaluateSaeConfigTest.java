package dev.microtome.jobs.evaluations;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.microtome.jobs.ConfFile;
import dev.microtome.run.InputException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EvaluateSaeConfigTest {
  private static final List<String> REQUIRED = List.of("model=m", "saes=s", "tokens=t");

  @Test
  void theFileDocumentsTheRecord() throws IOException {
    ConfFile.assertDocuments("evaluate-sae", EvaluateSaeConfig.class, REQUIRED);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "saes=[]             | needs at least one SAE",
        "saes-together=0     | saes-together: invalid value 0: must be at least 1",
        "batch-tokens=0      | batch-tokens: invalid value 0: must be at least 1",
        "sequences-per-part=0| sequences-per-part: invalid value 0: must be at least 1",
        "hook=blocks.0.mlp   | blocks.0.mlp",
      })
  void refusesWhatCannotBe(String set, String message) {
    List<String> sets = new ArrayList<>(REQUIRED);
    sets.add(set);
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> ConfFile.read(EvaluateSaeConfig.class, sets))
        .withMessageContaining(message);
  }
}
