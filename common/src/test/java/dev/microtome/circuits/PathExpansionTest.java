package dev.microtome.circuits;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.djl.ndarray.NDManager;
import dev.microtome.linalg.Matrix;
import dev.microtome.model.FrameworkWeights;
import dev.microtome.model.load.ModelFiles;
import dev.microtome.model.load.ModelWeights;
import dev.microtome.run.InputException;
import java.util.List;
import org.junit.jupiter.api.Test;

class PathExpansionTest {
  @Test
  void refusesAModelWithMlpsAndPatternsOfAnother() {
    try (NDManager manager = NDManager.newBaseManager();
        ModelWeights gpt2 =
            ModelWeights.load(ModelFiles.open(FrameworkModel.folder("models/gpt2")), manager);
        ModelWeights stored = FrameworkModel.weights(manager)) {
      assertThatExceptionOfType(InputException.class)
          .isThrownBy(
              () ->
                  PathExpansion.of(
                      FrameworkWeights.of(gpt2, FrameworkWeights.Folding.NONE),
                      Matrix.zeros(3, 32),
                      List.of()))
          .withMessage(
              "path expansion of a model with MLPs (dMlp 128): it needs an attention-only model");
      assertThatIllegalArgumentException()
          .isThrownBy(
              () ->
                  PathExpansion.of(
                      FrameworkWeights.of(stored, FrameworkWeights.Folding.NONE),
                      Matrix.zeros(3, 24),
                      List.of()))
          .withMessage("Patterns of 0 layers for a model of 2 layers of 4 heads");
    }
  }
}
