package dev.microtome.jobs.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.microtome.config.ConfigReader;
import dev.microtome.config.OptionDoc;
import dev.microtome.run.InputException;
import dev.microtome.run.LocalFileStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainModelConfigTest {
  private static final Path CONF = Path.of("../conf/jobs/train-model.conf");

  @Test
  void theFileHasEveryKeyAndTheDefaultsOfTheRecord() {
    Config file = ConfigFactory.parseFile(CONF.toFile());
    for (OptionDoc option : OptionDoc.of(TrainModelConfig.class)) {
      if (!option.orElse().isEmpty() && !option.key().contains("[]")) {
        assertThat(file.hasPathOrNull(option.key())).as(option.key()).isTrue();
      }
    }
    assertThat(read(Optional.of(CONF.toString()))).isEqualTo(read(Optional.empty()));
  }

  @Test
  void aModelOfASweepDiffersOnlyWhereItSaysSo() {
    TrainModelConfig config =
        read(
            Optional.empty(),
            "architecture={ d-model = 32, smeared-keys = true }",
            "sweep=[{ name = a, layers = 1 }, { name = b, smeared-keys = false, seed = 3 }]");

    ArchitectureSettings a = config.sweep().get(0).architecture(config.architecture());
    ArchitectureSettings b = config.sweep().get(1).architecture(config.architecture());

    assertThat(a.layers()).isEqualTo(1);
    assertThat(a.dModel()).isEqualTo(32);
    assertThat(a.smearedKeys()).isTrue();
    assertThat(b.layers()).isEqualTo(2);
    assertThat(b.smearedKeys()).isFalse();
    assertThat(config.sweep().get(1).seed()).contains(3L);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "steps=0 | steps: invalid value 0: must be at least 1",
        "steps=4000000000000 | steps: invalid value 4000000000000: must be at most 1000000000",
        "context-length=1 | context-length: invalid value 1: must be at least 2",
        "sequence-length=129 | sequence-length: invalid value 129: must be from 2 to context-length, 128",
        "warm-up=11 | warm-up: invalid value 11: must be from 0 to steps, 10",
        "learning-rate=0 | learning-rate: invalid value 0.0: must be a number above 0",
        "beta2=1 | beta2: invalid value 1.0: must be at least 0 and below 1",
        "token-weights=[1,2] | must be as many as tokens, 1, or none",
        "checkpoints.at=[11] | checkpoints: invalid value [11]: must be from 0 to steps, 10",
        "checkpoints.logarithmic=1 | checkpoints.logarithmic: invalid value 1: must be 0 or at least 2",
        "checkpoints.logarithmic=2000000000 | must be 0 or at least 2, and at most 100000",
        "architecture.heads=3 | architecture.d-model: invalid value 64: must be a multiple of heads, 3",
        "architecture.layers=-1 | architecture.layers: invalid value -1: must be at least 0",
        "sweep=[{name=a},{name=a}] | sweep: invalid value a: two models have this name",
        "sweep=[{name=\"../a\"}] | must be up to 100 letters, digits",
        "sweep=[{name=step-3}] | not be called like a step",
        "sweep=[{name=a, layer=1}] | Unknown key sweep[0].layer: did you mean sweep[0].layers?",
      })
  void valuesOutOfRangeAreRefusedByKey(String set, String message) {
    assertThatThrownBy(() -> read(Optional.empty(), set))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(message);
  }

  @Test
  void moreCheckpointsThanAnyoneReadsAreRefusedBeforeTheyAreListed() {
    assertThatThrownBy(
            () -> read(Optional.empty(), "steps=1000000000", "checkpoints={ every = 9999 }"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(
            "checkpoints.every: invalid value 9999: are 100010 checkpoints in 1000000000 steps, must be at most 100000");
  }

  private static TrainModelConfig read(Optional<String> file, String... texts) {
    List<String> sets = new ArrayList<>(List.of("tokens=t", "steps=10"));
    sets.addAll(List.of(texts));
    return ConfigReader.read(TrainModelConfig.class, file, sets, new LocalFileStore()).value();
  }
}
