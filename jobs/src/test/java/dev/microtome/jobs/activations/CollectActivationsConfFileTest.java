package dev.microtome.jobs.activations;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValue;
import dev.microtome.config.Option;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** conf/jobs/collect-activations.conf says what the configuration record says. */
class CollectActivationsConfFileTest {
  private static final Path FILE = file();

  @Test
  void everyKeyHasItsMeaningAboveIt() throws IOException {
    String text = Files.readString(FILE);
    for (RecordComponent component : CollectActivationsConfig.class.getRecordComponents()) {
      Option option = component.getAnnotation(Option.class);
      String value =
          option.orElse().isEmpty()
              ? "# " + key(component) + " ="
              : key(component) + " = " + option.orElse();
      assertThat(text.replaceAll("\n# ", " ").replace("\n\n", "\n"))
          .as(key(component))
          .contains(
              option.doc()
                  + (option.orElse().isEmpty()
                      ? ". Required. " + value.substring(2)
                      : "\n" + value));
    }
  }

  @Test
  void itSetsTheDefaultsAndNothingElse() {
    Config config = ConfigFactory.parseFile(FILE.toFile());
    Map<String, ConfigValue> defaults = new TreeMap<>();
    for (RecordComponent component : CollectActivationsConfig.class.getRecordComponents()) {
      String orElse = component.getAnnotation(Option.class).orElse();
      if (!orElse.isEmpty()) {
        defaults.put(key(component), ConfigFactory.parseString("v = " + orElse).getValue("v"));
      }
    }
    assertThat(new TreeMap<>(config.root())).isEqualTo(defaults);
  }

  private static String key(RecordComponent component) {
    return component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
  }

  private static Path file() {
    return Stream.of("conf", "../conf")
        .map(folder -> Path.of(folder, "jobs", "collect-activations.conf"))
        .filter(Files::exists)
        .findFirst()
        .orElseThrow();
  }
}
