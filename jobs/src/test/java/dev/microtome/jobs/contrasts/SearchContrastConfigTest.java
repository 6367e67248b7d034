package dev.microtome.jobs.contrasts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.microtome.jobs.ConfFile;
import dev.microtome.probing.ContrastSearch;
import dev.microtome.run.InputException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SearchContrastConfigTest {
  private static final List<String> REQUIRED = List.of("activations=a", "concept=truth");

  @Test
  void theFileDocumentsTheRecord() throws IOException {
    ConfFile.assertDocuments("search-contrast", SearchContrastConfig.class, REQUIRED);
  }

  @Test
  void theDefaultsAreThePapers() {
    SearchContrastConfig config = ConfFile.read(SearchContrastConfig.class, REQUIRED);
    assertThat(config.pairSettings().search()).isEqualTo(ContrastSearch.Settings.PAPER);
    assertThat(config.source().concepts()).containsExactly("pair", "side", "truth");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "concept=side       | concept: invalid value side: pair, side and concept must be three",
        "concept=format     | concept: invalid value format: is a word of the probes' files",
        "sides=[yes]        | sides: invalid value [yes]: must be two, such as [yes, no], or none",
        "sides=[a, a]       | sides: invalid value [a, a]: must be two",
        "test-share=0       | test-share: invalid value 0.0: must be above 0 and below 1",
        "learning-rate=0    | learning-rate: invalid value 0.0: must be above 0",
        "weight-decay=-1    | weight-decay: invalid value -1.0: must be at least 0",
        "tries=0            | tries: invalid value 0: must be at least 1",
        "epochs=0           | epochs: invalid value 0: must be at least 1",
        "max-unlabelled=2   | max-unlabelled: invalid value 2.0: must be from 0 to 1",
        "max-unmatched-labels=-1 | max-unmatched-labels: invalid value -1.0: must be from 0 to 1",
        "max-pairs=0        | max-pairs: invalid value 0: must be at least 1",
        "rows-per-part=0    | rows-per-part: invalid value 0: must be at least 1",
      })
  void refusesWhatCannotBe(String set, String message) {
    List<String> all = new ArrayList<>(REQUIRED);
    all.add(set);
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> ConfFile.read(SearchContrastConfig.class, all))
        .withMessageContaining(message);
  }
}
