package dev.microtome.sae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.microtome.model.Torch;
import dev.microtome.model.load.Safetensors;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Folders that SAELens 6.54.12 wrote give the features and reconstructions that it gives. */
class SaeInferenceGoldenTest {
  private static final double TOLERANCE = 2e-5; // float32 sums in another order; saw 9.6e-7

  @BeforeAll
  static void oneThread() {
    Torch.threads(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "standard",
        "standard-no-b_dec-lp2",
        "gated",
        "topk",
        "topk-no-rescale",
        "batchtopk",
        "matryoshka",
        "matryoshka-level-aux",
        "jumprelu-step",
        "jumprelu-tanh",
        "jumprelu-quadratic",
        "inference-layer_norm",
        "inference-constant_norm_rescale",
        "inference-hook_z",
        "inference-transcoder",
        "inference-skip_transcoder",
        "inference-jumprelu_transcoder"
      })
  void aFolderGivesWhatSaeLensGives(String name, @TempDir Path written) {
    Path folder = GoldenSae.path(name + "/inference");
    try (NDManager manager = NDManager.newBaseManager();
        Safetensors golden = Safetensors.open(GoldenSae.path(name + "/inference.safetensors"));
        Sae sae = SaeFiles.read(folder, manager)) {
      compare(golden, sae, "feature_acts", "reconstruction", manager);

      SaeFiles.write(written, sae);
      try (Sae again = SaeFiles.read(written, manager)) {
        assertThat(again.form()).isEqualTo(sae.form());
        compare(golden, again, "feature_acts", "reconstruction", manager);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"standard", "gated", "topk", "jumprelu-step"})
  void aFoldedFactorGivesWhatSaeLensGives(String name) {
    try (NDManager manager = NDManager.newBaseManager();
        Safetensors golden = Safetensors.open(GoldenSae.path("folding/folding.safetensors"));
        Sae sae = SaeFiles.read(GoldenSae.path(name + "/inference"), manager);
        Sae scaled = Finishing.scaled(sae, 0.37, manager)) {
      compare(golden, sae, name + ".before.feature_acts", name + ".before.reconstruction", manager);
      String folded = name + ".scale_0.37_folded.";
      compare(golden, scaled, folded + "feature_acts", folded + "reconstruction", manager);
      compareTensors(golden, scaled, folded);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"standard", "gated", "jumprelu-step"})
  void foldedDecoderNormsGiveWhatSaeLensGives(String name) {
    try (NDManager manager = NDManager.newBaseManager();
        Safetensors golden = Safetensors.open(GoldenSae.path("folding/folding.safetensors"));
        Sae sae = SaeFiles.read(GoldenSae.path(name + "/inference"), manager);
        Sae unit = Finishing.withUnitDecoder(sae, manager)) {
      String folded = name + ".decoder_norm_folded.";
      compare(golden, unit, folded + "feature_acts", name + ".before.reconstruction", manager);
      compareTensors(golden, unit, folded);
    }
  }

  private static void compareTensors(Safetensors golden, Sae sae, String prefix) {
    sae.tensors()
        .forEach(
            (name, array) ->
                assertThat(GoldenSae.doubles(array))
                    .as(name)
                    .containsExactly(golden.doubles(prefix + name), within(TOLERANCE)));
  }

  private static void compare(
      Safetensors golden, Sae sae, String features, String reconstruction, NDManager manager) {
    try (NDManager batch = manager.newSubManager()) {
      NDArray x = batch.create(golden.floats("x"), GoldenSae.shape(golden.tensor("x")));
      NDArray f = sae.encode(x);
      NDArray y = sae.reconstruct(x);
      double[] expected = golden.doubles(features);
      assertThat(GoldenSae.doubles(f)).containsExactly(expected, within(TOLERANCE));
      GoldenSae.assertSameOnesActive(GoldenSae.doubles(f), expected);
      assertThat(y.getShape()).isEqualTo(GoldenSae.shape(golden.tensor(reconstruction)));
      assertThat(GoldenSae.doubles(y))
          .containsExactly(golden.doubles(reconstruction), within(TOLERANCE));
    }
  }
}
