package dev.microtome.model.load;

import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The golden model folders in the test resources. */
public final class GoldenModels {
  private GoldenModels() {}

  public static Path folder(String name) {
    return resource("golden/models/" + name);
  }

  static Path stories260K() {
    return resource("golden/real-models/stories260K-llama");
  }

  static Path exportedGpt2() {
    return resource("golden/exported-gpt2");
  }

  /** Every golden model: what tests of all families run over. */
  public static Stream<String> names() {
    return Stream.of(
        "bert",
        "bert-legacy-keys",
        "gemma2",
        "gpt-neo",
        "gpt-neox",
        "gpt-neox-sequential",
        "gpt2",
        "gpt2-f16",
        "gpt2-relu-inverse",
        "gptj",
        "llama",
        "llama-tied-bf16",
        "mistral",
        "opt",
        "opt-postnorm",
        "qwen2");
  }

  /** A file or folder of the test resources. */
  public static Path resource(String name) {
    URL url = GoldenModels.class.getClassLoader().getResource(name);
    if (url == null) {
      throw new IllegalStateException("test resource " + name + " is missing");
    }
    try {
      return Path.of(url.toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
