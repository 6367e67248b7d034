package dev.microtome.sae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.microtome.model.Torch;
import dev.microtome.model.load.Safetensors;
import dev.microtome.model.load.SafetensorsWriter;
import dev.microtome.run.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Folders that are read, and those that are refused in one line. */
class SaeFilesTest {
  private static final String CONFIG =
      "{'architecture': 'topk', 'd_in': 2, 'd_sae': 3, 'k': 1, 'apply_b_dec_to_input': true,"
          + " 'normalize_activations': 'none', 'metadata': {'sae_lens_version': '6.1.0'}}";
  private static final String SPARSIFY =
      "{'activation': 'topk', 'expansion_factor': 2, 'normalize_decoder': true, 'num_latents': 3,"
          + " 'k': 1, 'multi_topk': false, 'skip_connection': false, 'transcode': false, 'd_in': 2}";

  private Path folder;

  @BeforeAll
  static void oneThread() {
    Torch.threads(1);
  }

  @BeforeEach
  void folder(@TempDir Path dir) {
    folder = dir.resolve("sae");
  }

  private void write(String config, String weights, SafetensorsWriter writer, float... values)
      throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("cfg.json"), config.replace('\'', '"'));
    writer.write(folder.resolve(weights), out -> out.floats(values));
  }

  private void writeSaeLens(String config) throws IOException {
    write(
        config,
        "sae_weights.safetensors",
        new SafetensorsWriter()
            .floats("W_enc", 2, 3)
            .floats("b_enc", 3)
            .floats("W_dec", 3, 2)
            .floats("b_dec", 2),
        new float[17]);
  }

  private void refused(String message) {
    try (NDManager manager = NDManager.newBaseManager()) {
      int arrays = manager.getManagedArrays().size();
      assertThatExceptionOfType(InputException.class)
          .isThrownBy(() -> SaeFiles.read(folder, manager))
          .withMessageContaining(message);
      assertThat(manager.getManagedArrays()).hasSize(arrays);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'architecture': 'topk' | 'architecture': 'temporal' | architecture is 'temporal', which is not supported; supported: one of [gated, jumprelu,",
        "'architecture': 'topk' | 'architecture': 7 | architecture is 7, expected a string",
        "'d_in': 2, | `` | the key 'd_in' is missing",
        "'d_in': 2 | 'd_in': -2 | d_in is -2, expected a whole number from 1 to 16,777,216",
        "'d_in': 2 | 'd_in': 2.5 | d_in is 2.5, expected a whole number",
        "'d_in': 2 | 'd_in': 4 | Shape of W_enc is [2, 3] in",
        "'d_sae': 3 | 'd_sae': 99999999999 | d_sae is 99999999999, expected a whole number",
        "'k': 1 | 'k': 4 | k is 4, expected a whole number from 1 to 3",
        "'k': 1 | 'k': 1, 'finetuning_scaling_factor': true | the key 'finetuning_scaling_factor' is not known (value true)",
        "'normalize_activations': 'none' | 'normalize_activations': 'expected_average_only_in' | whose factor is not in the folder",
        "'normalize_activations': 'none' | 'normalize_activations': 'covariance_whitening' | normalize_activations is 'covariance_whitening', which is not supported",
        "'6.1.0' | '5.11.0' | metadata.sae_lens_version is '5.11.0', expected 6.0.0 or later",
        "'6.1.0' | 'x.y' | metadata.sae_lens_version is x.y, which is not supported",
        "'metadata': {'sae_lens_version': '6.1.0'} | 'device': 'cpu' | metadata.sae_lens_version is '', expected 6.0.0 or later",
        "'topk', 'd_in': 2, 'd_sae': 3, 'k': 1 | 'gated', 'd_in': 2, 'd_sae': 3 | lacks the tensors [b_gate, b_mag, r_mag]",
        "'topk', 'd_in': 2, 'd_sae': 3, 'k': 1 | 'jumprelu', 'd_in': 2, 'd_sae': 3 | lacks the tensors [threshold]",
        "'topk' | 'standard' | the key 'k' is not known (value 1)",
        "'apply_b_dec_to_input': true | 'apply_b_dec_to_input': 1 | apply_b_dec_to_input is 1, expected true or false",
        "'d_in': 2 | 'd_in': 2, 'd_in': 2 | is not valid JSON: Duplicate field 'd_in'",
        "{'architecture' | [{'architecture' | is not valid JSON"
      })
  void aConfigurationThatIsNotUnderstoodIsRefused(String from, String to, String message)
      throws IOException {
    String config = CONFIG.replace(from, to);
    assertThat(config).isNotEqualTo(CONFIG);
    writeSaeLens(config);
    refused(message);
  }

  @Test
  void theSameFolderUnchangedIsRead() throws IOException {
    writeSaeLens(CONFIG);
    try (NDManager manager = NDManager.newBaseManager();
        Sae sae = SaeFiles.read(folder, manager)) {
      assertThat(sae.form().encoding()).isEqualTo(new Encoding.TopK(1, DecoderNorms.FREE));
      assertThat(SaeFiles.logDensity(folder)).isEmpty();
    }
  }

  @Test
  void tensorsThatDoNotFitAreRefused() throws IOException {
    SafetensorsWriter all =
        new SafetensorsWriter().floats("W_enc", 2, 3).floats("b_enc", 3).floats("W_dec", 3, 2);
    write(CONFIG, "sae_weights.safetensors", all, new float[15]);
    refused("lacks the tensors [b_dec], which cfg.json asks for");
    write(
        CONFIG,
        "sae_weights.safetensors",
        all.floats("b_dec", 2).floats("scaling_factor", 3),
        new float[20]);
    refused("holds the tensor 'scaling_factor', which an SAE of this cfg.json does not have");
  }

  @Test
  void weightsThatAreNotNumbersAreRefused() throws IOException {
    float[] values = new float[17];
    values[3] = Float.NaN;
    values[4] = Float.POSITIVE_INFINITY;
    write(
        CONFIG,
        "sae_weights.safetensors",
        new SafetensorsWriter()
            .floats("W_enc", 2, 3)
            .floats("b_enc", 3)
            .floats("W_dec", 3, 2)
            .floats("b_dec", 2),
        values);
    refused("Tensor W_enc in " + folder.resolve("sae_weights.safetensors"));
    refused("has 2 elements that are NaN or infinite");
  }

  @Test
  void whatIsNotThereIsNamed(@TempDir Path elsewhere) throws IOException {
    refused("SAE folder " + folder + " does not exist or is not a folder");
    Files.createDirectories(folder);
    refused("has neither sae_weights.safetensors (SAELens) nor sae.safetensors (sparsify)");
    writeSaeLens(CONFIG);
    Path real = elsewhere.resolve("cfg.json");
    Files.move(folder.resolve("cfg.json"), real);
    refused("has no cfg.json");
    Files.createSymbolicLink(folder.resolve("cfg.json"), real);
    refused("outside of the SAE folder");
  }

  /** h = [x₀, x₁, x₀ + x₁] − encoded bias; the encoder lies the other way round than SAELens's. */
  @Test
  void aFolderOfSparsifyIsRead() throws IOException {
    write(
        SPARSIFY,
        "sae.safetensors",
        new SafetensorsWriter()
            .floats("encoder.weight", 3, 2)
            .floats("encoder.bias", 3)
            .floats("W_dec", 3, 2)
            .floats("b_dec", 2),
        1,
        0,
        0,
        1,
        1,
        1,
        0,
        0,
        0.5f,
        1,
        0,
        0,
        1,
        0.6f,
        0.8f,
        1,
        2);
    try (NDManager manager = NDManager.newBaseManager();
        Sae sae = SaeFiles.read(folder, manager)) {
      NDArray x = manager.create(new float[][] {{4, 1}, {2, 4}});

      // x − b_dec = [[3, −1], [1, 2]]: h = [[3, −1, 2.5], [1, 2, 3.5]]
      assertThat(sae.encode(x).toFloatArray()).containsExactly(3, 0, 0, 0, 0, 3.5f);
      assertThat(GoldenSae.doubles(sae.reconstruct(x)))
          .containsExactly(new double[] {4, 2, 3.1, 4.8}, within(1e-6));
      assertThat(SaeFiles.form(folder).preBias()).isEqualTo(PreBias.TIED);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'topk' | 'groupmax' | activation is 'groupmax', which is not supported; supported: one of [topk]",
        "'k': 1 | 'k': 5 | k is 5, expected a whole number from 1 to 3",
        "'num_latents': 3 | 'num_latents': 0 | Shape of encoder.weight is [3, 2] in",
        "'transcode': false | 'signed': true | signed is true, which is not supported; supported: false",
        "'transcode': false | 'rotate': true | the key 'rotate' is not known (value true)",
        "'skip_connection': false | 'skip_connection': true | skip_connection is true, which is not supported",
        "'expansion_factor': 2, 'normalize_decoder': true, 'num_latents': 3 | 'expansion_factor': 16000000 | d_in 2 × expansion_factor 16000000 is more than 16,777,216 features"
      })
  void aFolderOfSparsifyThatIsNotUnderstoodIsRefused(String from, String to, String message)
      throws IOException {
    String config = SPARSIFY.replace(from, to);
    assertThat(config).isNotEqualTo(SPARSIFY);
    write(
        config,
        "sae.safetensors",
        new SafetensorsWriter()
            .floats("encoder.weight", 3, 2)
            .floats("encoder.bias", 3)
            .floats("W_dec", 3, 2)
            .floats("b_dec", 2),
        new float[17]);
    refused(message);
  }

  /** Older SAELens trained and stored the logarithm. */
  @Test
  void aLogarithmOfThresholdsIsTakenForThem() throws IOException {
    write(
        CONFIG.replace("'topk'", "'jumprelu'").replace("'k': 1, ", ""),
        "sae_weights.safetensors",
        new SafetensorsWriter()
            .floats("W_enc", 2, 3)
            .floats("b_enc", 3)
            .floats("log_threshold", 3)
            .floats("W_dec", 3, 2)
            .floats("b_dec", 2),
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        1,
        -1,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0);
    try (NDManager manager = NDManager.newBaseManager();
        Sae sae = SaeFiles.read(folder, manager)) {
      assertThat(GoldenSae.doubles(sae.tensors().get("threshold")))
          .containsExactly(new double[] {1, Math.E, 1 / Math.E}, within(1e-6));
    }
  }

  /** What SAELens's own folders hold beside what is read must not be in the way. */
  @Test
  void metadataIsReadAndWritten(@TempDir Path written) {
    Path golden = GoldenSae.path("batchtopk/inference");
    SaeSource source = SaeFiles.form(golden).source();
    assertThat(source.model()).contains("tiny");
    assertThat(source.hook()).contains("blocks.0.mlp.hook_post");
    assertThat(source.contextSize()).hasValue(24);
    assertThat(source.prependBos()).contains(false);
    assertThat(source.architecture()).contains("batchtopk");
    try (NDManager manager = NDManager.newBaseManager();
        Sae sae = SaeFiles.read(golden, manager)) {
      SaeFiles.write(written, sae);
    }
    assertThat(SaeFiles.form(written).source()).isEqualTo(source);
    try (Safetensors weights = Safetensors.open(written.resolve("sae_weights.safetensors"))) {
      assertThat(weights.names()).containsExactly("W_enc", "b_enc", "threshold", "W_dec", "b_dec");
    }
  }
}
