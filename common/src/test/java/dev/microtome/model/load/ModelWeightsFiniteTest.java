package dev.microtome.model.load;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ai.djl.ndarray.NDManager;
import dev.microtome.circuits.FrameworkModel;
import dev.microtome.run.InputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelWeightsFiniteTest {
  private static final Path MODEL = FrameworkModel.folder("framework");

  @Test
  void numbersAreAccepted() {
    try (NDManager manager = NDManager.newBaseManager();
        ModelWeights weights = ModelWeights.load(ModelFiles.open(MODEL), manager)) {
      assertThatCode(weights::requireFinite).doesNotThrowAnyException();
    }
  }

  @ParameterizedTest
  @CsvSource({"NaN, NaN", "Infinity, Infinity", "-Infinity, -Infinity"})
  void oneWeightThatIsNoNumberIsRefusedByName(float value, String shown, @TempDir Path folder)
      throws IOException {
    Files.copy(MODEL.resolve("config.json"), folder.resolve("config.json"));
    byte[] bytes = Files.readAllBytes(MODEL.resolve("model.safetensors"));
    ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    file.putFloat(bytes.length - 4 * Float.BYTES, value); // within the last tensor, the bias
    Files.write(folder.resolve("model.safetensors"), bytes);

    try (NDManager manager = NDManager.newBaseManager();
        ModelWeights weights = ModelWeights.load(ModelFiles.open(folder), manager)) {
      assertThatExceptionOfType(InputException.class)
          .isThrownBy(weights::requireFinite)
          .withMessage("parameter 'unembed.b_U' has a value %s, expected finite numbers", shown);
    }
  }
}
