package dev.microtome.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import dev.microtome.config.ConfigReader;
import dev.microtome.config.OptionDoc;
import dev.microtome.run.LocalFileStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Holds a job's file in conf/jobs and its configuration record together. */
public final class ConfFile {
  private ConfFile() {}

  /**
   * Asserts that the file has every key below its meaning, sets the defaults and nothing else.
   *
   * @param required settings of the keys without a default
   */
  public static <C extends Record> void assertDocuments(
      String job, Class<C> config, List<String> required) throws IOException {
    Path file = Path.of("../conf/jobs/" + job + ".conf");
    String[] paragraphs = Files.readString(file).split("\n\n");
    // Keys of a list's elements are told with the list.
    List<OptionDoc> options =
        OptionDoc.of(config).stream().filter(option -> !option.key().contains("[].")).toList();
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
    assertThat(ConfigFactory.parseFile(file.toFile()).root().keySet())
        .isEqualTo(
            options.stream()
                .filter(option -> !option.orElse().isEmpty())
                .map(OptionDoc::key)
                .collect(Collectors.toSet()));
    assertThat(read(config, Optional.of(file.toString()), required))
        .isEqualTo(read(config, Optional.empty(), required));
  }

  /** The record of these settings over the defaults. */
  public static <C extends Record> C read(Class<C> config, List<String> sets) {
    return read(config, Optional.empty(), sets);
  }

  private static <C extends Record> C read(
      Class<C> config, Optional<String> file, List<String> sets) {
    return ConfigReader.read(config, file, sets, new LocalFileStore()).value();
  }
}
