package dev.microtome.jobs.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.microtome.jobs.ConfFile;
import dev.microtome.run.InputException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SaeFeaturesConfigTest {
  private static final List<String> REQUIRED = List.of("model=m", "saes=s", "tokens=t");

  @Test
  void theFileDocumentsTheRecord() throws IOException {
    ConfFile.assertDocuments("sae-features", SaeFeaturesConfig.class, REQUIRED);
  }

  @Test
  void partsAreWholeFilesOfThePages() {
    assertThat(read("features-per-part=65").blockSize()).isEqualTo(128);
    assertThat(read("features-per-part=64").blockSize()).isEqualTo(64);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "saes=[]                  | needs at least one SAE, or neurons one hook",
        "examples-per-feature=0   | must be at least 1",
        "intervals=0              | must be at least 1",
        "ablation-sequences=-1    | must be at least 0",
        "label-column=x           | label-column: invalid value x: needs labels",
        "concepts=[gender]        | needs labels",
        "steer=[{feature=1}]      | goes with steer: give both or neither",
        "steer=[{feature=-1}]     | must be at least 0",
        "steer=[{strengths=[1]}]  | needs a feature or a label, one of the two",
        "steer=[{label=dna}]      | must be concept=value, such as region=dna",
        "steer=[{label=\"a=b\"}]   | needs labels",
      })
  void refusesWhatCannotBe(String set, String message) {
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> read(set))
        .withMessageContaining(message);
  }

  @Test
  void aLabelToSteerByIsOfAConceptThatCounts() {
    String label = "steer=[{label=\"region=dna\"}]";
    assertThat(read("labels=l", "concepts=[region]", "prompts=[a]", label).steer()).hasSize(1);
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> read("labels=l", "concepts=[gender]", "prompts=[a]", label))
        .withMessageContaining(
            "steer: invalid value region=dna: its concept is not among concepts, [gender]");
  }

  private static SaeFeaturesConfig read(String... more) {
    List<String> sets = new ArrayList<>(REQUIRED);
    sets.addAll(List.of(more));
    return ConfFile.read(SaeFeaturesConfig.class, sets);
  }
}
