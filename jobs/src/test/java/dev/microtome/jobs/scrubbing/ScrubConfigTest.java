package dev.microtome.jobs.scrubbing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.microtome.erasure.EraserSettings;
import dev.microtome.erasure.SingularValueTolerance;
import dev.microtome.jobs.ConfFile;
import dev.microtome.run.InputException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScrubConfigTest {
  private static final List<String> REQUIRED =
      List.of("model=m", "tokens=t", "labels=l", "concept=part_of_speech");

  @Test
  void theFileDocumentsTheRecord() throws IOException {
    ConfFile.assertDocuments("scrub", ScrubConfig.class, REQUIRED);
  }

  @Test
  void keysBecomeSettings() {
    assertThat(read().eraserSettings()).isEqualTo(EraserSettings.leace().ofFloat32().constrained());
    assertThat(read().realValuedConcepts()).isEmpty();
    assertThat(read("real-valued=true").realValuedConcepts()).containsExactly("part_of_speech");
    assertThat(
            read(
                    "method=orth",
                    "affine=false",
                    "svd-tolerance-kind=absolute",
                    "svd-tolerance=0.01",
                    "ridge=0",
                    "constrain-cov-trace=false")
                .eraserSettings())
        .isEqualTo(
            EraserSettings.orthogonal()
                .throughZero()
                .tolerating(SingularValueTolerance.absolute(0.01)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "hooks=[]                 | needs at least one hook point",
        "concept=random_1         | random_N are the random subspaces",
        "concept=\" \"            | must be the name of a concept",
        "max-unlabelled=1.5       | max-unlabelled: invalid value 1.5: must be from 0 to 1",
        "max-unmatched-labels=-1  | must be from 0 to 1",
        "svd-tolerance=1          | must be at least 0 and below 1",
        "ridge=1                  | ridge: invalid value 1.0: must be at least 0 and below 1",
        "random-subspaces=-1      | random-subspaces: invalid value -1: must be at least 0",
        "batch-tokens=0           | must be at least 1",
        "sequences-per-part=0     | sequences-per-part: invalid value 0: must be at least 1",
      })
  void refusesWhatCannotBe(String set, String message) {
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> read(set))
        .withMessageContaining(message);
  }

  private static ScrubConfig read(String... sets) {
    List<String> all = new ArrayList<>(REQUIRED);
    all.addAll(List.of(sets));
    return ConfFile.read(ScrubConfig.class, all);
  }
}
