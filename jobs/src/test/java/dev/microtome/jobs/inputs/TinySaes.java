package dev.microtome.jobs.inputs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** SAEs of random directions with tied weights, in SAELens's format, for stories260K. */
public final class TinySaes {
  /** The model, of 5 layers, whose residual stream is 64 wide. */
  public static final Path MODEL =
      Path.of("../common/src/test/resources/golden/real-models/stories260K-llama");

  public static final String HOOK = "blocks.2.hook_resid_post";
  public static final int D_IN = 64;

  private TinySaes() {}

  /** Writes the folder of a TopK SAE with 8 features a token. */
  public static Path topK(Path folder, int features, long seed) throws IOException {
    return topK(folder, features, seed, HOOK, MODEL.getFileName().toString());
  }

  /** The same for another hook, and with another model's name. */
  public static Path topK(Path folder, int features, long seed, String hook, String model)
      throws IOException {
    Files.createDirectories(folder);
    Files.writeString(
        folder.resolve("cfg.json"),
        """
        {"architecture": "topk", "d_in": %d, "d_sae": %d, "k": 8, "dtype": "float32", "device": "cpu",
         "apply_b_dec_to_input": true, "normalize_activations": "none", "reshape_activations": "none",
         "rescale_acts_by_decoder_norm": false,
         "metadata": {"sae_lens_version": "6.54.12", "model_name": "%s", "hook_name": "%s"}}
        """
            .formatted(D_IN, features, model, hook));
    float[][] decoder = new float[features][D_IN];
    Random random = new Random(seed);
    for (float[] row : decoder) {
      double square = 0;
      for (int i = 0; i < D_IN; i++) {
        row[i] = (float) random.nextGaussian();
        square += row[i] * row[i];
      }
      for (int i = 0; i < D_IN; i++) {
        row[i] /= (float) Math.sqrt(square);
      }
    }
    write(folder.resolve("sae_weights.safetensors"), decoder);
    return folder;
  }

  private static void write(Path file, float[][] decoder) throws IOException {
    int features = decoder.length;
    int weights = 4 * D_IN * features;
    String header =
        """
        {"W_enc":{"dtype":"F32","shape":[%d,%d],"data_offsets":[0,%d]},\
        "W_dec":{"dtype":"F32","shape":[%d,%d],"data_offsets":[%d,%d]},\
        "b_enc":{"dtype":"F32","shape":[%d],"data_offsets":[%d,%d]},\
        "b_dec":{"dtype":"F32","shape":[%d],"data_offsets":[%d,%d]}}"""
            .formatted(
                D_IN,
                features,
                weights,
                features,
                D_IN,
                weights,
                2 * weights,
                features,
                2 * weights,
                2 * weights + 4 * features,
                D_IN,
                2 * weights + 4 * features,
                2 * weights + 4 * features + 4 * D_IN);
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    int padded = (text.length + 7) / 8 * 8;
    ByteBuffer bytes =
        ByteBuffer.allocate(8 + padded + 2 * weights + 4 * features + 4 * D_IN)
            .order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(padded).put(text);
    for (int i = text.length; i < padded; i++) {
      bytes.put((byte) ' ');
    }
    for (int i = 0; i < D_IN; i++) {
      for (float[] row : decoder) {
        bytes.putFloat(row[i]);
      }
    }
    for (float[] row : decoder) {
      for (float value : row) {
        bytes.putFloat(value);
      }
    }
    Files.write(file, bytes.array());
  }
}
