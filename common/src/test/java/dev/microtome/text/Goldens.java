package dev.microtome.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;

/** Tokenizers and what the reference implementation makes of text with them. */
final class Goldens {
  private Goldens() {}

  /**
   * Unpacks a tokenizer.json into the folder.
   *
   * @param name such as {@code tokenizers/gpt2}
   */
  static Path tokenizerFile(String name, Path folder) throws IOException {
    Path file = folder.resolve("tokenizer.json");
    try (InputStream in = new GZIPInputStream(resource(name + ".tokenizer.json.gz"))) {
      Files.copy(in, file);
    }
    return file;
  }

  static Tokenizer tokenizer(String name, Path folder) throws IOException {
    return Tokenizer.open(tokenizerFile(name, folder));
  }

  static JsonNode expected(String name) throws IOException {
    try (InputStream in = resource(name + ".json")) {
      return new JsonMapper().readTree(in);
    }
  }

  static int[] ints(JsonNode array) {
    return IntStream.range(0, array.size()).map(i -> array.get(i).intValue()).toArray();
  }

  private static InputStream resource(String name) {
    InputStream in = Goldens.class.getResourceAsStream("/golden/" + name);
    if (in == null) {
      throw new IllegalArgumentException("no resource /golden/" + name);
    }
    return in;
  }
}
