package dev.microtome.jobs.gaps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.microtome.activations.Pooling;
import dev.microtome.jobs.ConfFile;
import dev.microtome.run.InputException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TprGapConfigTest {
  private static final List<String> REQUIRED = List.of("model=m", "documents=d");

  @Test
  void theFileDocumentsTheRecord() throws IOException {
    ConfFile.assertDocuments("tpr-gap", TprGapConfig.class, REQUIRED);
  }

  @Test
  void keysBecomeSettings() {
    TprGapConfig config =
        ConfFile.read(TprGapConfig.class, with("pooling=first", "seed=4", "c=[1]", "folds=3"));
    assertThat(config.pooling()).isEqualTo(Pooling.FIRST);
    assertThat(config.probes().cs()).containsExactly(1.0);
    assertThat(config.split().seed()).isEqualTo(4);
    assertThat(config.split().folds()).isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "text-column=\"\"          | text-column: invalid value '': must name a column",
        "concept-column=profession | concept-column: invalid value profession: is the label-column too",
        "groups=[a]                | groups: invalid value [a]: must be two different values, or []",
        "groups=[a, a]             | must be two different values, or []",
        "pooling=max               | one of first, mean, last",
        "c=[]                      | c: invalid value []: needs at least one number",
        "c=[0]                     | c: invalid value 0.0: must be above 0",
        "test-share=1              | test-share: invalid value 1.0: must be above 0 and below 1",
        "folds=1                   | folds: invalid value 1: must be at least 2",
        "max-tokens=0              | max-tokens: invalid value 0: must be at least 1",
        "train-documents=0         | train-documents: invalid value 0: must be at least 1",
        "resamples=99              | resamples: invalid value 99: must be at least 100",
        "documents-per-part=0      | documents-per-part: invalid value 0: must be at least 1",
      })
  void refusesWhatCannotBe(String set, String message) {
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> ConfFile.read(TprGapConfig.class, with(set)))
        .withMessageContaining(message);
  }

  private static List<String> with(String... sets) {
    List<String> all = new ArrayList<>(REQUIRED);
    all.addAll(List.of(sets));
    return all;
  }
}
