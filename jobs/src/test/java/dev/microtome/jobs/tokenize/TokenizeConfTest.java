package dev.microtome.jobs.tokenize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.microtome.config.ConfigReader;
import dev.microtome.config.OptionDoc;
import dev.microtome.run.InputException;
import dev.microtome.run.LocalFileStore;
import dev.microtome.text.DocumentUnit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenizeConfTest {
  private static final Path CONF = conf();
  private static final List<String> REQUIRED = List.of("input=books", "tokenizer=model");

  @Test
  void theFileHasEveryKeyAndTheDefaultsOfTheRecord() throws IOException {
    List<OptionDoc> options = OptionDoc.of(TokenizeConfig.class);
    Config file = ConfigFactory.parseFile(CONF.toFile());
    Matcher keys = Pattern.compile("(?m)^(?:# )?([a-z-]+) = ").matcher(Files.readString(CONF));
    assertThat(keys.results().map(key -> key.group(1)))
        .containsExactlyElementsOf(options.stream().map(OptionDoc::key).toList());
    for (OptionDoc option : options) {
      assertThat(file.hasPathOrNull(option.key()))
          .as(option.key())
          .isEqualTo(!option.orElse().isEmpty());
    }
    assertThat(file.root().keySet())
        .isEqualTo(
            options.stream()
                .filter(option -> !option.orElse().isEmpty())
                .map(OptionDoc::key)
                .collect(Collectors.toCollection(TreeSet::new)));
    assertThat(read(Optional.of(CONF.toString()), REQUIRED))
        .isEqualTo(read(Optional.empty(), REQUIRED));
  }

  @Test
  void defaultsAreThese() {
    TokenizeConfig config = read(Optional.empty(), REQUIRED);
    assertThat(config.textField()).isEqualTo("text");
    assertThat(config.documents()).isEqualTo(DocumentUnit.FILE);
    assertThat(config.contextLength()).isEqualTo(128);
    assertThat(config.prependBos()).isTrue();
    assertThat(config.pack()).isTrue();
    assertThat(config.addSpecialTokens()).isFalse();
    assertThat(config.bosToken()).isEmpty();
    assertThat(config.eosToken()).isEmpty();
    assertThat(config.partBytes()).isEqualTo(16 << 20);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "context-length=0 | context-length | 0 | must be from 2 (BOS and one token of text) to 1048576",
        "context-length=1 | context-length | 1 | must be from 2 (BOS and one token of text) to 1048576",
        "part-bytes=0 | part-bytes | 0 | must be from 1 to 67108864",
        "input=[] | input | [] | at least one file, folder or glob is needed",
        "documents=page | documents | page | file, line",
      })
  void valuesOutOfRangeAreRefusedByKey(String set, String key, String value, String allowed) {
    assertThatThrownBy(
            () -> read(Optional.empty(), Stream.concat(REQUIRED.stream(), Stream.of(set)).toList()))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(key)
        .hasMessageContaining(value)
        .hasMessageContaining(allowed);
  }

  private static TokenizeConfig read(Optional<String> file, List<String> sets) {
    return ConfigReader.read(TokenizeConfig.class, file, sets, new LocalFileStore()).value();
  }

  /** Tests run in the module's folder or in the repository's. */
  private static Path conf() {
    return Stream.of("conf", "../conf")
        .map(folder -> Path.of(folder, "jobs", "tokenize.conf"))
        .filter(Files::exists)
        .findFirst()
        .orElseThrow();
  }
}
