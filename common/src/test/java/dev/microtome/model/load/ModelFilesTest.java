package dev.microtome.model.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.microtome.run.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelFilesTest {
  private Path root;
  private Path folder;

  @BeforeEach
  void folder(@TempDir Path temporary) throws IOException {
    root = temporary;
    folder = RandomGpt2.TINY.write(temporary.resolve("model"), 1);
  }

  @Test
  void findsTheTokenizerWhereThereIsOne() throws IOException {
    assertThat(ModelFiles.open(folder).tokenizer()).isEmpty();
    Files.writeString(folder.resolve("tokenizer.json"), "{}");
    assertThat(ModelFiles.open(folder).tokenizer()).contains(folder.resolve("tokenizer.json"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../x.safetensors",
        "sub/x.safetensors",
        ".x.safetensors",
        "/etc/x.safetensors",
        "a/../../x.safetensors",
        "./x.safetensors",
        "..\\\\x.safetensors",
        "x.bin",
        "x\\u0000.safetensors",
        "x\\n.safetensors",
        "..",
        ""
      })
  void anIndexCannotNameAFileOutside(String name) throws IOException {
    Files.delete(folder.resolve("model.safetensors"));
    Files.writeString(
        folder.resolve("model.safetensors.index.json"),
        "{\"weight_map\": {\"wte.weight\": \"%s\"}}".formatted(name));
    assertRefused(
        "tensor 'wte.weight' lies in '",
        "expected the name of a .safetensors file directly inside the folder");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{\"weight_map\": {}}", "{\"weight_map\": []}"})
  void anIndexNeedsAWeightMap(String index) throws IOException {
    Files.delete(folder.resolve("model.safetensors"));
    Files.writeString(folder.resolve("model.safetensors.index.json"), index);
    assertRefused("model.safetensors.index.json has no weight_map");
  }

  @Test
  void linksCannotLeadOutside() throws IOException {
    Path weights = folder.resolve("model.safetensors");
    Path outside = root.resolve("secret.safetensors");
    Files.move(weights, outside);
    Files.createSymbolicLink(weights, outside);
    assertRefused(
        "model.safetensors is a link to", "secret.safetensors, outside of the model folder");
  }

  /**
   * models--gpt2/snapshots/abc/model.safetensors leads to models--gpt2/blobs/…: the layout of the
   * hub's own cache.
   */
  @Test
  void theHubsCacheIsOpened() throws IOException {
    Path snapshot = root.resolve("models--x").resolve("snapshots").resolve("abc");
    Path blobs = root.resolve("models--x").resolve("blobs");
    Files.createDirectories(snapshot);
    Files.createDirectories(blobs);
    for (String name : List.of("config.json", "model.safetensors")) {
      Files.move(folder.resolve(name), blobs.resolve("hash-of-" + name));
      Files.createSymbolicLink(snapshot.resolve(name), Path.of("../../blobs/hash-of-" + name));
    }
    folder = snapshot;
    assertThat(ModelFiles.open(snapshot).config().dVocab()).isEqualTo(31);

    Files.createSymbolicLink(
        snapshot.resolve("tokenizer.json"), Files.writeString(root.resolve("t.json"), "{}"));
    assertRefused("tokenizer.json is a link to");
  }

  @Test
  void missingFilesAreNamed() throws IOException {
    Files.delete(folder.resolve("model.safetensors"));
    assertRefused("has neither model.safetensors nor model.safetensors.index.json");
    Files.writeString(folder.resolve("pytorch_model.bin"), "");
    assertRefused("pytorch_model.bin is a pickle, which can run code and is never read");
    Files.delete(folder.resolve("config.json"));
    assertRefused("has no config.json");
    folder = root.resolve("nowhere");
    assertRefused("nowhere does not exist or is not a folder");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[1]", "{", "{\"a\": 1, \"a\": 2}", "", "{} {}", "{\"a\": NaN}"})
  void aConfigThatIsNotOneObjectIsRefused(String json) throws IOException {
    Files.writeString(folder.resolve("config.json"), json);
    assertRefused("config.json ");
  }

  @Test
  void aConfigThatIsNotUtf8IsRefused() throws IOException {
    Files.write(
        folder.resolve("config.json"), new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}'});
    assertRefused("config.json is not valid UTF-8");
  }

  @Test
  void nestingIsBounded() throws IOException {
    Files.writeString(folder.resolve("config.json"), "{\"a\":" + "[".repeat(100_000));
    assertRefused("config.json is not valid JSON: Document nesting depth");
  }

  private void assertRefused(String... reasons) {
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> ModelFiles.open(folder))
        .satisfies(e -> assertThat(e.getMessage()).contains(reasons).hasLineCount(1));
  }
}
