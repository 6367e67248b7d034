package dev.microtome.sae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.microtome.model.Torch;
import dev.microtome.run.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds of every architecture once it is finished. */
class SaeLawsTest {
  private static final String ALL = "dev.microtome.sae.Architectures#all";

  // Float32 through one hidden layer of 11 features, of values below 30; saw 1.5e-6
  private static final double TOLERANCE = 2e-5;

  @BeforeAll
  static void oneThread() {
    Torch.threads(1);
  }

  /** A threshold just below the batch's smallest feature, which is where BatchTopK's batch cut. */
  private static Trained trained(
      SaeConfig config, Map<String, NDArray> parameters, SaeLosses losses) {
    if (config.architecture().encoding() instanceof Encoding.JumpRelu
        && !(config.architecture() instanceof JumpReluSae)) {
      NDArray features = losses.features();
      double smallest = SaeKernels.smallestPositive(features.getManager(), features);
      return Trained.of(config, parameters).withThreshold(smallest * (1 - 1e-5));
    }
    return Trained.of(config, parameters);
  }

  private static SaeLosses losses(
      SaeConfig config, Map<String, NDArray> parameters, SaeBatch batch, NDManager manager) {
    return new SaeGradients(config, parameters, manager).of(batch, 0.3);
  }

  @ParameterizedTest
  @MethodSource(ALL)
  void aFinishedSaeGivesWhatTrainingSaw(SaeConfig config) {
    try (NDManager manager = NDManager.newBaseManager()) {
      Map<String, NDArray> parameters =
          Architectures.parameters(config, 1, DataType.FLOAT32, manager);
      SaeBatch batch = Architectures.batch(config, 2, DataType.FLOAT32, manager);
      SaeLosses losses = losses(config, parameters, batch, manager);
      try (Sae sae =
          Finishing.finish(trained(config, parameters, losses), SaeSource.UNKNOWN, manager)) {
        compare(sae.encode(batch.x()), losses.features());
        compare(sae.reconstruct(batch.x()), losses.reconstruction());
        assertThat(Arrays.stream(GoldenSae.doubles(losses.features())).sum()).isPositive();
      }
    }
  }

  private static void compare(NDArray actual, NDArray expected) {
    assertThat(actual.getShape()).isEqualTo(expected.getShape());
    assertThat(GoldenSae.doubles(actual))
        .containsExactly(GoldenSae.doubles(expected), within(TOLERANCE));
  }

  /** Trained on s·x, it works on x: the same features but for those measured by decoder norms. */
  @ParameterizedTest
  @MethodSource(ALL)
  void aFactorOfTheInputsIsFolded(SaeConfig plain) {
    double factor = 0.37;
    SaeConfig config = plain.with(Normalization.EXPECTED_AVERAGE_NORM);
    try (NDManager manager = NDManager.newBaseManager()) {
      Map<String, NDArray> parameters =
          Architectures.parameters(config, 1, DataType.FLOAT32, manager);
      SaeBatch batch = Architectures.batch(config, 2, DataType.FLOAT32, manager);
      SaeLosses losses = losses(config, parameters, batch, manager);
      NDArray x = batch.x().div((float) factor);
      try (Sae sae =
          Finishing.finish(
              trained(config, parameters, losses).scaledBy(factor), SaeSource.UNKNOWN, manager)) {
        assertThat(sae.form().normalization()).isEqualTo(Normalization.NONE);
        compare(sae.reconstruct(x).mul((float) factor), losses.reconstruction());
        boolean measured = config.architecture().decoderNorms() == DecoderNorms.IN_FEATURES;
        compare(sae.encode(x).mul(measured ? (float) factor : 1f), losses.features());
      }
    }
  }

  @ParameterizedTest
  @MethodSource(ALL)
  void aWrittenFolderReadsBackToTheBit(SaeConfig config, @TempDir Path folder) throws IOException {
    try (NDManager manager = NDManager.newBaseManager()) {
      Map<String, NDArray> parameters =
          Architectures.parameters(config, 1, DataType.FLOAT32, manager);
      SaeSource source =
          new SaeSource(
              Optional.of("tiny"),
              Optional.of("0123abc"),
              Optional.of("blocks.0.mlp.hook_post"),
              Optional.of("blocks.0.hook_mlp_out"),
              OptionalInt.empty(),
              Optional.empty(),
              Optional.empty());
      try (Sae sae =
          Finishing.finish(Trained.of(config, parameters).withThreshold(0.5), source, manager)) {
        if (config.mapping() != Mapping.AUTOENCODER && !hasTranscoder(config)) {
          assertThatExceptionOfType(InputException.class)
              .isThrownBy(() -> SaeFiles.write(folder, sae))
              .withMessageContaining("SAELens has no skip_transcoder by")
              .withMessageEndingWith("sparsify by TopK between equal widths");
          return;
        }
        double[] density = new double[Architectures.D_SAE];
        density[1] = 0.01;
        Files.createFile(folder.resolve("sae_weights.safetensors"));
        Files.createFile(folder.resolve("sae.safetensors"));
        SaeFiles.write(folder, sae, density);
        Path file =
            folder.resolve(
                config.mapping() != Mapping.AUTOENCODER && config.architecture() instanceof TopKSae
                    ? "sae.safetensors"
                    : "sae_weights.safetensors");
        byte[] weights = Files.readAllBytes(file);
        try (Stream<Path> files = Files.list(folder)) {
          assertThat(files.filter(each -> each.toString().contains("sae")))
              .as("weights of an earlier SAE")
              .containsExactly(file);
        }

        try (Sae read = SaeFiles.read(folder, manager)) {
          assertThat(read.form()).isEqualTo(sae.form());
          sae.tensors()
              .forEach(
                  (name, array) ->
                      assertThat(read.tensors().get(name).toFloatArray())
                          .as(name)
                          .containsExactly(array.toFloatArray()));
          SaeFiles.write(folder, read);
        }
        assertThat(Files.readAllBytes(file)).isEqualTo(weights);
        assertThat(SaeFiles.logDensity(folder)).isEmpty();
        SaeFiles.write(folder, sae, density);
        assertThat(SaeFiles.logDensity(folder).orElseThrow())
            .hasSize(Architectures.D_SAE)
            .startsWith(-10f, -2f);
      }
    }
  }

  private static boolean hasTranscoder(SaeConfig config) {
    Encoding encoding = config.architecture().encoding();
    return encoding instanceof Encoding.Relu
        || encoding instanceof Encoding.JumpRelu
        || (encoding instanceof Encoding.TopK && config.dIn() == config.dOut());
  }

  @ParameterizedTest
  @MethodSource(ALL)
  void nothingIsLeftBehindButResults(SaeConfig config) {
    try (NDManager manager = NDManager.newBaseManager()) {
      Map<String, NDArray> parameters =
          Architectures.parameters(config, 1, DataType.FLOAT32, manager);
      int arrays = manager.getManagedArrays().size();
      try (Sae sae = Finishing.finish(Trained.of(config, parameters), SaeSource.UNKNOWN, manager);
          NDManager batch = manager.newSubManager()) {
        NDArray x = Architectures.batch(config, 2, DataType.FLOAT32, batch).x();
        int inputs = batch.getManagedArrays().size();
        sae.reconstruct(x);
        sae.encode(x);
        assertThat(batch.getManagedArrays()).hasSize(inputs + 2);
        assertThatIllegalArgumentException()
            .isThrownBy(() -> sae.encode(batch.ones(new Shape(2, 99))))
            .withMessage("activations are (2, 99), expected [n, 5]");
        assertThatIllegalArgumentException()
            .isThrownBy(() -> sae.decode(batch.ones(new Shape(2, 99)), x))
            .withMessage("features are (2, 99), expected (7, 11)");
      }
      assertThat(manager.getManagedArrays()).hasSize(arrays);
    }
  }

  @ParameterizedTest
  @MethodSource(ALL)
  void aTrainingBeginsTheSameForASeedAndWithinItsConstraints(SaeConfig config) {
    try (NDManager manager = NDManager.newBaseManager()) {
      int arrays = manager.getManagedArrays().size();
      Map<String, NDArray> parameters = SaeInitialization.of(config, 5, manager);
      assertThat(manager.getManagedArrays()).hasSize(arrays + parameters.size());
      Map<String, NDArray> again = SaeInitialization.of(config, 5, manager);
      Map<String, NDArray> other = SaeInitialization.of(config, 6, manager);
      config
          .parameters()
          .forEach(
              (name, shape) -> {
                assertThat(parameters.get(name).getShape()).isEqualTo(shape);
                assertThat(again.get(name).toFloatArray())
                    .containsExactly(parameters.get(name).toFloatArray());
              });
      NDArray decoder = parameters.get("W_dec");
      assertThat(decoder.toFloatArray()).isNotEqualTo(other.get("W_dec").toFloatArray());
      double norm = config.architecture().decoderNorms() == DecoderNorms.UNIT ? 1 : 0.1;
      double[] norms = new double[Architectures.D_SAE];
      Arrays.fill(norms, norm);
      assertThat(GoldenSae.doubles(SaeKernels.norms(manager, decoder)))
          .containsExactly(norms, within(1e-6));
      if (config.mapping() == Mapping.AUTOENCODER) {
        assertThat(parameters.get("W_enc").toFloatArray())
            .containsExactly(decoder.transpose().toFloatArray());
      }
    }
  }

  @Test
  void perTokenNormalisationsAreUndoneByTheOutput() {
    for (Normalization normalization :
        new Normalization[] {Normalization.LAYER_NORM, Normalization.CONSTANT_NORM}) {
      SaeConfig config =
          SaeConfig.of(new ReluSae2024(1), Architectures.D_IN, Architectures.D_SAE)
              .with(normalization);
      try (NDManager manager = NDManager.newBaseManager()) {
        Map<String, NDArray> parameters =
            Architectures.parameters(config, 1, DataType.FLOAT32, manager);
        NDArray x = Architectures.batch(config, 2, DataType.FLOAT32, manager).x();
        try (Sae sae =
            Finishing.finish(Trained.of(config, parameters), SaeSource.UNKNOWN, manager)) {
          // Whatever is 3 times as large has the same features and 3 times the reconstruction.
          assertThat(GoldenSae.doubles(sae.encode(x.mul(3))))
              .containsExactly(GoldenSae.doubles(sae.encode(x)), within(1e-4));
          assertThat(GoldenSae.doubles(sae.reconstruct(x.mul(3))))
              .containsExactly(GoldenSae.doubles(sae.reconstruct(x).mul(3)), within(1e-3));
        }
      }
    }
  }

  @Test
  void aRowOfZerosStaysOneUnderConstantNorm() {
    SaeConfig config =
        SaeConfig.of(new ReluSae2024(1), Architectures.D_IN, Architectures.D_SAE)
            .with(Normalization.CONSTANT_NORM);
    try (NDManager manager = NDManager.newBaseManager()) {
      Map<String, NDArray> parameters =
          Architectures.parameters(config, 1, DataType.FLOAT32, manager);
      NDArray zeros = manager.zeros(new Shape(2, Architectures.D_IN));
      try (Sae sae = Finishing.finish(Trained.of(config, parameters), SaeSource.UNKNOWN, manager)) {
        assertThat(sae.reconstruct(zeros).toFloatArray()).containsOnly(0);
        // Its features are those of a vector without a direction: what the biases alone say.
        float[] features = sae.encode(zeros).toFloatArray();
        assertThat(IntStream.range(0, features.length)).allMatch(i -> Float.isFinite(features[i]));
      }
    }
  }

  @Test
  void refusesWhatCannotBe() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SaeConfig.of(new TopKSae(9), 2, 8))
        .withMessage("k is 9.0 with 8 features, expected at most as many");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SaeConfig.of(new ReluSae2024(5), 2, 514))
        .withMessage("514 features for a width of 2, expected 1 to 256 times the width");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SaeConfig.of(new ReluSae2024(5), 4, 3))
        .withMessageContaining("3 features for a width of 4");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SaeConfig.of(new MatryoshkaSae(List.of(2, 4), 1), 2, 8))
        .withMessage("widths are [2, 4], expected the last to be all 8 features");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new MatryoshkaSae(List.of(4, 4), 1))
        .withMessage("widths are [4, 4], expected growing numbers above 0");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> SaeConfig.of(new ReluSae2024(5), 2, 8).transcodingTo(3).with(PreBias.TIED))
        .withMessageContaining("cannot be subtracted from its input");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ReluSae2023(Double.NaN))
        .withMessage("l1 is NaN, expected a number from 0");
    assertThat(SaeConfig.of(new ReluSae2024(5), 2, 512).dSae()).isEqualTo(512);
  }
}
