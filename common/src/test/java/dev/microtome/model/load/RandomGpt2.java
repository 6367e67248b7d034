package dev.microtome.model.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/** Writes a GPT-2 folder of any size with random weights. */
record RandomGpt2(
    int nLayers, int dModel, int nHeads, int dMlp, int dVocab, int nCtx, Dtype dtype) {
  static final RandomGpt2 TINY = new RandomGpt2(2, 16, 2, 64, 31, 12, Dtype.F32);

  /** 124 million parameters, 498 MB in float32. */
  static RandomGpt2 small(Dtype dtype) {
    return new RandomGpt2(12, 768, 12, 3072, 50_257, 1024, dtype);
  }

  long parameters() {
    return tensors().values().stream().mapToLong(RandomGpt2::product).sum();
  }

  Path write(Path folder, long seed) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("config.json"), config());
    SafetensorsWriter writer = new SafetensorsWriter().metadata("format", "pt");
    tensors().forEach((name, shape) -> writer.tensor(name, dtype, shape));
    SplittableRandom random = new SplittableRandom(seed);
    writer.write(
        folder.resolve("model.safetensors"),
        out -> {
          for (long[] shape : tensors().values()) {
            values(out, product(shape), random);
          }
        });
    return folder;
  }

  private void values(SafetensorsWriter.Sink out, long count, SplittableRandom random)
      throws IOException {
    for (long done = 0; done < count; done += 1 << 16) {
      int length = (int) Math.min(1 << 16, count - done);
      float[] piece = new float[length];
      byte[] halves = new byte[2 * length];
      for (int i = 0; i < length; i++) {
        piece[i] = (float) (random.nextDouble() - 0.5) / 8;
        int bits = Float.floatToRawIntBits(piece[i]) >>> 16;
        halves[2 * i] = (byte) bits;
        halves[2 * i + 1] = (byte) (bits >>> 8);
      }
      if (dtype == Dtype.BF16) {
        out.bytes(halves);
      } else {
        out.floats(piece);
      }
    }
  }

  private String config() {
    return """
        {"model_type": "gpt2", "n_layer": %d, "n_embd": %d, "n_head": %d, "n_inner": %d, "vocab_size": %d, "n_positions": %d,
         "activation_function": "gelu_new", "layer_norm_epsilon": 1e-05}
        """
        .formatted(nLayers, dModel, nHeads, dMlp, dVocab, nCtx);
  }

  private Map<String, long[]> tensors() {
    Map<String, long[]> tensors = new LinkedHashMap<>();
    tensors.put("wte.weight", new long[] {dVocab, dModel});
    tensors.put("wpe.weight", new long[] {nCtx, dModel});
    for (int i = 0; i < nLayers; i++) {
      String block = "h." + i + ".";
      norm(tensors, block + "ln_1");
      linear(tensors, block + "attn.c_attn", dModel, 3 * dModel);
      linear(tensors, block + "attn.c_proj", dModel, dModel);
      norm(tensors, block + "ln_2");
      linear(tensors, block + "mlp.c_fc", dModel, dMlp);
      linear(tensors, block + "mlp.c_proj", dMlp, dModel);
    }
    norm(tensors, "ln_f");
    return tensors;
  }

  private void norm(Map<String, long[]> tensors, String name) {
    tensors.put(name + ".weight", new long[] {dModel});
    tensors.put(name + ".bias", new long[] {dModel});
  }

  private static void linear(Map<String, long[]> tensors, String name, int in, int out) {
    tensors.put(name + ".weight", new long[] {in, out});
    tensors.put(name + ".bias", new long[] {out});
  }

  private static long product(long[] shape) {
    long product = 1;
    for (long size : shape) {
      product *= size;
    }
    return product;
  }
}
