package dev.microtome.jobs.erasers;

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

class FitLeaceConfigTest {
  private static final List<String> REQUIRED = List.of("activations=a", "concepts=[gender]");

  @Test
  void theFileDocumentsTheRecord() throws IOException {
    ConfFile.assertDocuments("fit-leace", FitLeaceConfig.class, REQUIRED);
  }

  @Test
  void keysBecomeSettings() {
    assertThat(settings()).isEqualTo(EraserSettings.leace().ofFloat32().constrained());
    assertThat(settings("ridge=0", "constrain-cov-trace=false", "shrinkage=true"))
        .isEqualTo(EraserSettings.leace().shrunk());
    assertThat(
            settings(
                "method=orth",
                "affine=false",
                "svd-tolerance-kind=absolute",
                "svd-tolerance=0.01",
                "ridge=0",
                "constrain-cov-trace=false"))
        .isEqualTo(
            EraserSettings.orthogonal()
                .throughZero()
                .tolerating(SingularValueTolerance.absolute(0.01)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "concepts=[]              | needs at least one concept",
        "concepts=[a, a]          | names a concept twice",
        "real-valued=[year]       | real-valued: invalid value year: must be one of the concepts",
        "max-unlabelled=1.5       | max-unlabelled: invalid value 1.5: must be from 0 to 1",
        "max-unmatched-labels=-1  | must be from 0 to 1",
        "svd-tolerance=1          | must be at least 0 and below 1",
        "ridge=-1                 | ridge: invalid value -1.0: must be at least 0 and below 1",
        "ridge=1                  | ridge: invalid value 1.0: must be at least 0 and below 1",
        "rows-per-part=0          | rows-per-part: invalid value 0: must be at least 1",
      })
  void refusesWhatCannotBe(String set, String message) {
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> read(set))
        .withMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "oracle    | affine=false   | affine: invalid value false: goes with method = leace or orth",
        "quadratic | affine=false   | affine: invalid value false: goes with method = leace or orth",
        "oracle    | ridge=1e-8     | ridge: invalid value 1.0E-8: goes with method = leace or orth",
        "quadratic | constrain-cov-trace=false | constrain-cov-trace: invalid value false: goes with method = leace or orth",
        "oracle    | shrinkage=true | shrinkage: invalid value true: goes with other methods",
      })
  void refusesKeysThatAMethodDoesNotLookAt(String method, String set, String message) {
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> read("method=" + method, set))
        .withMessageContaining(message);
  }

  private static EraserSettings settings(String... sets) {
    FitLeaceConfig config = read(sets);
    return config.keys().settings(config.method().projection().orElseThrow());
  }

  private static FitLeaceConfig read(String... sets) {
    List<String> all = new ArrayList<>(REQUIRED);
    all.addAll(List.of(sets));
    return ConfFile.read(FitLeaceConfig.class, all);
  }
}
