package dev.microtome.jobs.corpora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.microtome.config.ConfigReader;
import dev.microtome.config.OptionDoc;
import dev.microtome.run.InputException;
import dev.microtome.run.LocalFileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GenerateCorpusConfTest {
  private static final Path CONF =
      Stream.of("conf", "../conf")
          .map(folder -> Path.of(folder, "jobs", "generate-corpus.conf"))
          .filter(Files::exists)
          .findFirst()
          .orElseThrow();

  @Test
  void theFileHasEveryKeyAndTheDefaultsOfTheRecord() {
    Config file = ConfigFactory.parseFile(CONF.toFile());
    assertThat(file.entrySet().stream().map(Map.Entry::getKey).collect(Collectors.toSet()))
        .isEqualTo(
            OptionDoc.of(GenerateCorpusConfig.class).stream()
                .filter(option -> !option.orElse().isEmpty())
                .map(OptionDoc::key)
                .collect(Collectors.toCollection(TreeSet::new)));
    assertThat(read(Optional.of(CONF.toString()))).isEqualTo(read(Optional.empty()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "sequences=0 | sequences | 0 | must be from 1 to 4096000000",
        "first-sequence=9223372036854775807 | first-sequence | 9223372036854775807 | must be at least 0, and at most 9223372032758775807",
        "first-sequence=-1 | first-sequence | -1 | must be at least 0",
        "context-length=1 | context-length | 1 | must be from 2 to 1048576",
        "sequences-per-part=0 | sequences-per-part | 0 | must be from 1 to 1000000",
        "kind=trigram | kind | trigram | one of language, induction, bigram, skip-trigram",
        "induction.min-segment=1 | induction.min-segment | 1 | must be at least 2",
        "induction.max-segment=2147483647 | induction.max-segment | 2147483647 | and at most 1048576",
        "bigram.vocabulary-size=2 | bigram.vocabulary-size | 2 | must be from 3 to 2048",
        "skip-trigram.sources=40 | skip-trigram.vocabulary-size | 64 | must be from 85",
        "seeds=3 | seeds | seed | did you mean seed?",
      })
  void valuesOutOfRangeAreRefusedByKey(String set, String key, String value, String allowed) {
    assertThatThrownBy(() -> read(Optional.empty(), set))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(key)
        .hasMessageContaining(value)
        .hasMessageContaining(allowed);
  }

  private static GenerateCorpusConfig read(Optional<String> file, String... sets) {
    return ConfigReader.read(GenerateCorpusConfig.class, file, List.of(sets), new LocalFileStore())
        .value();
  }
}
