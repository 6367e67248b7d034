package dev.microtome.jobs.probes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.microtome.jobs.ConfFile;
import dev.microtome.probing.ProbeKind;
import dev.microtome.probing.ProbeTrainer;
import dev.microtome.run.InputException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProbeConfigsTest {
  private static final List<String> REQUIRED = List.of("activations=a", "concepts=[gender]");

  @Test
  void theFilesDocumentTheRecords() throws IOException {
    ConfFile.assertDocuments("train-probe", TrainProbeConfig.class, REQUIRED);
    ConfFile.assertDocuments("evaluate-erasure", EvaluateErasureConfig.class, REQUIRED);
  }

  @Test
  void keysBecomeSettings() {
    TrainProbeConfig config =
        ConfFile.read(
            TrainProbeConfig.class,
            with("probes=[mlp, mass-mean]", "mlp-steps=5", "control-labels=false", "seed=4"));
    assertThat(config.probeSettings().kinds()).containsExactly(ProbeKind.MLP, ProbeKind.MASS_MEAN);
    assertThat(config.probeSettings().mlp().evaluations()).isEqualTo(5);
    assertThat(config.control()).isEqualTo(ProbeTrainer.Control.NONE);
    assertThat(config.sample().split().seed()).isEqualTo(4);
    EvaluateErasureConfig erasure =
        ConfFile.read(EvaluateErasureConfig.class, with("erasures=[leace, inlp]"));
    assertThat(erasure.erasureSettings().kinds())
        .containsExactly(ErasureKind.LEACE, ErasureKind.INLP);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "concepts=[]          | needs at least one concept",
        "concepts=[a, a]      | names a concept twice",
        "concepts=[hook]      | concepts: invalid value hook: is a word of the probes' files",
        "real-valued=[year]   | real-valued: invalid value year: must be one of the concepts",
        "probes=[]            | needs at least one, such as logistic",
        "probes=[mlp],rows=all | probes: invalid value mlp: is fitted to a sample in memory",
        "c=[]                 | c: invalid value []: needs at least one number",
        "c=[1, -1]            | c: invalid value -1.0: must be above 0",
        "ridge=[0]            | ridge: invalid value 0.0: must be above 0",
        "test-share=1         | test-share: invalid value 1.0: must be above 0 and below 1",
        "folds=1              | folds: invalid value 1: must be at least 2",
        "train-rows=0         | train-rows: invalid value 0: must be at least 1",
        "mlp-steps=0          | mlp-steps: invalid value 0: must be at least 1",
        "max-unlabelled=1.5   | max-unlabelled: invalid value 1.5: must be from 0 to 1",
      })
  void trainProbeRefusesWhatCannotBe(String set, String message) {
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> ConfFile.read(TrainProbeConfig.class, with(set.split(",(?=rows)", -1))))
        .withMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "erasures=[]       | needs at least one, or erasers",
        "rlace-rank=-1     | rlace-rank: invalid value -1: must be at least 0",
        "inlp-rounds=0     | inlp-rounds: invalid value 0: must be at least 1",
        "probes=[]         | needs at least one, such as logistic",
      })
  void evaluateErasureRefusesWhatCannotBe(String set, String message) {
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> ConfFile.read(EvaluateErasureConfig.class, with(set)))
        .withMessageContaining(message);
  }

  private static List<String> with(String... sets) {
    List<String> all = new ArrayList<>(REQUIRED);
    all.addAll(List.of(sets));
    return all;
  }
}
