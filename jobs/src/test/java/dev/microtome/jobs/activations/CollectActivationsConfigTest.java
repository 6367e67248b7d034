package dev.microtome.jobs.activations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.microtome.activations.ActivationCodec;
import dev.microtome.activations.OnNan;
import dev.microtome.activations.PositionSelection;
import dev.microtome.config.ConfigReader;
import dev.microtome.config.OptionDoc;
import dev.microtome.run.InputException;
import dev.microtome.run.LocalFileStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CollectActivationsConfigTest {
  private static final Path CONF = Path.of("../conf/jobs/collect-activations.conf");
  private static final List<String> REQUIRED = List.of("model=m", "tokens=t", "hooks=[hook_embed]");

  @Test
  void theFileHasEveryKeyBelowItsMeaning() throws IOException {
    String[] paragraphs = Files.readString(CONF).split("\n\n");
    List<OptionDoc> options = OptionDoc.of(CollectActivationsConfig.class);

    assertThat(paragraphs).hasSize(options.size() + 1);
    for (int i = 0; i < options.size(); i++) {
      OptionDoc option = options.get(i);
      String paragraph = paragraphs[i + 1].replace("\n# ", " ").replaceFirst("^# ", "");
      String expected =
          option.orElse().isEmpty()
              ? option.doc() + ". Required. " + option.key() + " = "
              : option.doc() + "\n" + option.key() + " = " + option.orElse();
      assertThat(paragraph.strip()).startsWith(expected);
    }
  }

  @Test
  void theFileSetsTheDefaultsAndNothingElse() {
    Config file = ConfigFactory.parseFile(CONF.toFile());

    assertThat(file.root().keySet())
        .isEqualTo(
            OptionDoc.of(CollectActivationsConfig.class).stream()
                .filter(option -> !option.orElse().isEmpty())
                .map(OptionDoc::key)
                .collect(Collectors.toSet()));
    assertThat(read(Optional.of(CONF.toString()), REQUIRED))
        .isEqualTo(read(Optional.empty(), REQUIRED));
  }

  @Test
  void defaultsAreThese() {
    CollectActivationsConfig config = read(Optional.empty(), REQUIRED);

    assertThat(config.batchTokens()).isEqualTo(1024);
    assertThat(config.dtype()).isEqualTo(ActivationCodec.FLOAT32);
    assertThat(config.encoding()).isEqualTo(Encoding.BINARY);
    assertThat(config.positions()).isEqualTo(PositionSelection.ALL);
    assertThat(config.onNan()).isEqualTo(OnNan.FAIL);
    assertThat(config.sequencesPerPart()).isEqualTo(256);
    assertThat(config.seed()).isZero();
  }

  @Test
  void readsEveryForm() {
    CollectActivationsConfig config =
        read("dtype=bfloat16", "positions=random-16", "on-nan=keep", "hooks=[a, b]");

    assertThat(config.dtype()).isEqualTo(ActivationCodec.BFLOAT16);
    assertThat(config.positions()).isEqualTo(PositionSelection.random(16));
    assertThat(config.onNan()).isEqualTo(OnNan.KEEP);
    assertThat(config.hooks()).containsExactly("a", "b");
    assertThat(read("encoding=array").encoding()).isEqualTo(Encoding.ARRAY);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "hooks=[]            | needs at least one hook point, such as blocks.0.hook_resid_post",
        "batch-tokens=0      | batch-tokens: invalid value 0: must be at least 1",
        "sequences-per-part=0| sequences-per-part: invalid value 0: must be at least 1",
        "dtype=float16       | float32",
        "encoding=text       | binary",
        "on-nan=ignore       | fail",
        "positions=first     | must be all, last or random-K",
        "hook=x              | hooks",
      })
  void refusesWhatCannotBe(String set, String message) {
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> read(set))
        .withMessageContaining(message);
  }

  @Test
  void aRefusedSelectionIsSaidOnce() {
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> read("positions=random-0"))
        .withMessageStartingWith("positions: invalid value 'random-0': must be all, last");
  }

  @Test
  void arraysAreFloat32() {
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> read("encoding=array", "dtype=bfloat16"))
        .withMessageContaining("encoding = array stores float32; bfloat16 needs encoding = binary");
  }

  private static CollectActivationsConfig read(String... sets) {
    List<String> all = new ArrayList<>(REQUIRED);
    all.addAll(List.of(sets));
    return read(Optional.empty(), all);
  }

  private static CollectActivationsConfig read(Optional<String> file, List<String> sets) {
    return ConfigReader.read(CollectActivationsConfig.class, file, sets, new LocalFileStore())
        .value();
  }
}
