package dev.microtome.jobs.quickstart;

import com.typesafe.config.Config;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * What {@code mvn -Pquickstart package} runs after the build: makes a corpus and a model, then runs
 * {@code conf/quickstart.conf} as a {@link Pipeline} and shows the first rows.
 */
public final class QuickStart {
  private QuickStart() {}

  /**
   * Runs the quick start.
   *
   * @param arguments configuration file, output folder, folder of Spark's jars, application jar
   * @throws IllegalStateException when a job fails; what it printed says why
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Pipeline pipeline =
        new Pipeline(
            Path.of(arguments[0]),
            Path.of(arguments[1]),
            Path.of(arguments[2]),
            Path.of(arguments[3]));
    makeInputs(pipeline.shared(), pipeline.output());
    pipeline.run();
    FirstRows.print(pipeline.output());
  }

  private static void makeInputs(Config config, Path output) throws IOException {
    Config corpus = config.getConfig("corpus");
    Map<String, String> texts =
        SmallCorpus.files(
            corpus.getLong("seed"), corpus.getInt("files"), corpus.getInt("stories-per-file"));
    for (Map.Entry<String, String> text : texts.entrySet()) {
      writeIfChanged(output.resolve("corpus").resolve(text.getKey()), text.getValue());
    }
    WordTokenizer tokenizer = WordTokenizer.of(texts.values());
    Path model = output.resolve("model");
    writeIfChanged(model.resolve("tokenizer.json"), tokenizer.json());
    RandomModel.of(config.getConfig("model"), tokenizer).write(model);
  }

  /**
   * A file that is already as it should be keeps its time, so that a second quick start finds
   * everything up to date.
   */
  static void writeIfChanged(Path file, String text) throws IOException {
    if (!Files.exists(file) || !Files.readString(file).equals(text)) {
      Files.createDirectories(file.getParent());
      Files.writeString(file, text);
    }
  }
}
