package dev.microtome.jobs.saes;

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

class TrainSaeConfigTest {
  private static final Path CONF = Path.of("../conf/jobs/train-sae.conf");

  @Test
  void theFileHasEveryKeyAndTheDefaultsOfTheRecord() {
    Config file = ConfigFactory.parseFile(CONF.toFile());
    for (OptionDoc option : OptionDoc.of(TrainSaeConfig.class)) {
      if (!option.key().contains("[]")) {
        assertThat(file.hasPathOrNull(option.key())).as(option.key()).isTrue();
      }
    }
    assertThat(read(Optional.of(CONF.toString()))).isEqualTo(read(Optional.empty()));
  }

  @Test
  void aGridIsEveryCombinationNamedAfterWhatItsSaesDifferIn() {
    TrainSaeConfig config =
        read(
            Optional.empty(),
            "grid={architecture=[topk,relu,jumprelu],expansion=[2,4],k=[8,16],l1=[0.5],seed=[1]}");

    assertThat(config.variants())
        .extracting(SaeVariant::name)
        .containsExactly(
            "topk-x2-k8-s1",
            "topk-x2-k16-s1",
            "topk-x4-k8-s1",
            "topk-x4-k16-s1",
            "relu-x2-l1-0.5-s1",
            "relu-x4-l1-0.5-s1",
            "jumprelu-x2-s1",
            "jumprelu-x4-s1");
    SaeSettings settings = config.variants().get(1).settings(config.sae());
    assertThat(settings.k()).isEqualTo(16);
    assertThat(settings.expansion()).isEqualTo(2);
    assertThat(settings.seed()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "grid.l1=[1,2] | grid.l1: invalid value [1.0, 2.0]: goes with relu-2023, relu, gated; the grid has topk",
        "grid={architecture=[topk,batchtopk],l0=[1]} | grid.l0: invalid value [1.0]: goes with jumprelu; the grid has topk, batchtopk",
        "grid={architecture=[relu,jumprelu],k=[4]} | grid.k: invalid value [4]: goes with topk, batchtopk, matryoshka; the grid has relu, jumprelu",
      })
  void valuesThatNoSaeOfTheGridHasAreRefused(String grid, String message) {
    assertThatThrownBy(() -> read(Optional.empty(), grid))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(message);
  }

  @Test
  void valuesThatNoSaeHasAreWarnedOf() {
    assertThat(SparsityKey.warnings(read(Optional.empty(), "sae.l1=3", "sae.l0=0.001")))
        .containsExactly(
            "sae.l1 = 3.0 is not used: it goes with relu-2023, relu, gated; trained is topk");
    assertThat(
            SparsityKey.warnings(
                read(
                    Optional.empty(),
                    "saes=[{name=a,l1=3},{name=b,architecture=relu,l1=3},{name=c,l0=1}]")))
        .containsExactly(
            "saes: a: l1 = 3.0 is not used: it goes with relu-2023, relu, gated; trained is topk",
            "saes: c: l0 = 1.0 is not used: it goes with jumprelu; trained is topk");
    assertThat(
            SparsityKey.warnings(
                read(Optional.empty(), "sae.l1=3", "sae.k=4", "grid.architecture=[topk,relu]")))
        .isEmpty();
    assertThat(SparsityKey.warnings(read(Optional.empty()))).isEmpty();
  }

  @Test
  void anSaeDiffersOnlyWhereItSaysSo() {
    TrainSaeConfig config =
        read(
            Optional.empty(),
            "sae={d-sae=100,k=4}",
            "saes=[{name=a},{name=b,expansion=3,optimizer=signum},{name=c,d-sae=7}]");

    List<SaeSettings> settings =
        config.variants().stream().map(variant -> variant.settings(config.sae())).toList();
    assertThat(settings.get(0)).isEqualTo(config.sae());
    assertThat(settings.get(1).dSae()).isEmpty();
    assertThat(settings.get(1).expansion()).isEqualTo(3);
    assertThat(settings.get(1).k()).isEqualTo(4);
    assertThat(settings.get(2).dSae()).contains(7);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "source=model | model: invalid value null: is needed with source = model",
        "model=m | model: invalid value m: is not used with source = activations",
        "activations=null | activations: invalid value null: is needed with source = activations",
        "epochs=0 | epochs: invalid value 0: must be at least 1",
        "buffer=8191 | buffer: invalid value 8191: must be at least two batches, 8192 tokens",
        "tokens-budget=4095 | tokens-budget: invalid value 4095: must be at least 4096",
        "sae.k=0 | sae.k: invalid value 0: must be at least 1",
        "sae.expansion=257 | sae.expansion: invalid value 257: must be at most 256",
        "sae.l1=-1 | sae.l1: invalid value -1.0: must be at least 0",
        "sae.warm-up=0.9 | sae.decay: invalid value 0.2: must be at most 1 together with warm-up, 0.9",
        "sae={optimizer=signum,architecture=relu} | sae.optimizer: invalid value signum: is there for topk, batchtopk and matryoshka alone, the architecture is relu",
        "saes=[{name=\"../a\"}] | must be up to 100 letters, digits",
        "saes=[{name=a, kk=1}] | Unknown key saes[0].kk: did you mean saes[0].k?",
        "saes=[{name=topk-k3}] | saes: invalid value topk-k3: two SAEs have this name",
      })
  void valuesOutOfRangeAreRefusedByKey(String set, String message) {
    assertThatThrownBy(() -> read(Optional.empty(), "grid.k=[3]", set))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(message);
  }

  private static TrainSaeConfig read(Optional<String> file, String... texts) {
    List<String> sets = new ArrayList<>(List.of("activations=a"));
    sets.addAll(List.of(texts));
    return ConfigReader.read(TrainSaeConfig.class, file, sets, new LocalFileStore()).value();
  }
}
