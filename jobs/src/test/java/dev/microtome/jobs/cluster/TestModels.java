package dev.microtome.jobs.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Model folders made from test resources. */
final class TestModels {
  private static final String STORIES = "/golden/real-models/stories260K-llama/";

  private TestModels() {}

  /** The real 260,000-parameter Llama trained on TinyStories. */
  static Path stories260K(Path folder) throws IOException {
    Files.createDirectories(folder);
    for (String name : List.of("config.json", "model.safetensors", "tokenizer.json")) {
      try (InputStream in = TestModels.class.getResourceAsStream(STORIES + name)) {
        if (in == null) {
          throw new IllegalStateException("test resource " + STORIES + name + " is missing");
        }
        Files.copy(in, folder.resolve(name));
      }
    }
    return folder;
  }
}
