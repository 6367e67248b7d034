package dev.microtome.bench;

import dev.microtome.model.load.SafetensorsWriter;
import dev.microtome.stats.Seeds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * Model folders of published shapes with random weights: speed does not depend on what a model has
 * learned.
 */
enum BenchModel {
  /** GPT-2 small. */
  GPT2(12, 768, 12, 50257, 1024) {
    @Override
    String config() {
      return """
          {"architectures": ["GPT2LMHeadModel"], "model_type": "gpt2", "n_layer": 12, "n_head": 12, "n_embd": 768,
           "n_positions": 1024, "vocab_size": 50257, "activation_function": "gelu_new",
           "layer_norm_epsilon": 1e-05, "torch_dtype": "float32"}
          """;
    }

    @Override
    Map<String, long[]> shapes() {
      long d = dModel;
      Map<String, long[]> shapes = new LinkedHashMap<>();
      shapes.put("wte.weight", new long[] {dVocab, d});
      shapes.put("wpe.weight", new long[] {nCtx, d});
      for (int layer = 0; layer < layers; layer++) {
        String block = "h." + layer + ".";
        norm(shapes, block + "ln_1");
        linear(shapes, block + "attn.c_attn", d, 3 * d, 3 * d);
        linear(shapes, block + "attn.c_proj", d, d, d);
        norm(shapes, block + "ln_2");
        linear(shapes, block + "mlp.c_fc", d, 4 * d, 4 * d);
        linear(shapes, block + "mlp.c_proj", 4 * d, d, d);
      }
      norm(shapes, "ln_f");
      return shapes;
    }
  },

  /** Pythia 70m. */
  PYTHIA70M(6, 512, 8, 50304, 2048) {
    @Override
    String config() {
      return """
          {"architectures": ["GPTNeoXForCausalLM"], "model_type": "gpt_neox", "num_hidden_layers": 6,
           "num_attention_heads": 8, "hidden_size": 512, "intermediate_size": 2048, "hidden_act": "gelu",
           "max_position_embeddings": 2048, "vocab_size": 50304, "rotary_pct": 0.25, "rotary_emb_base": 10000,
           "use_parallel_residual": true, "layer_norm_eps": 1e-05, "tie_word_embeddings": false,
           "torch_dtype": "float32"}
          """;
    }

    @Override
    Map<String, long[]> shapes() {
      long d = dModel;
      Map<String, long[]> shapes = new LinkedHashMap<>();
      shapes.put("gpt_neox.embed_in.weight", new long[] {dVocab, d});
      for (int layer = 0; layer < layers; layer++) {
        String block = "gpt_neox.layers." + layer + ".";
        norm(shapes, block + "input_layernorm");
        norm(shapes, block + "post_attention_layernorm");
        linear(shapes, block + "attention.query_key_value", 3 * d, d, 3 * d);
        linear(shapes, block + "attention.dense", d, d, d);
        linear(shapes, block + "mlp.dense_h_to_4h", 4 * d, d, 4 * d);
        linear(shapes, block + "mlp.dense_4h_to_h", d, 4 * d, d);
      }
      norm(shapes, "gpt_neox.final_layer_norm");
      shapes.put("embed_out.weight", new long[] {dVocab, d});
      return shapes;
    }
  };

  final int layers;
  final int dModel;
  final int heads;
  final int dVocab;
  final int nCtx;

  BenchModel(int layers, int dModel, int heads, int dVocab, int nCtx) {
    this.layers = layers;
    this.dModel = dModel;
    this.heads = heads;
    this.dVocab = dVocab;
    this.nCtx = nCtx;
  }

  /** Writes every model into the folder that is the one argument. */
  public static void main(String[] args) throws IOException {
    for (BenchModel model : values()) {
      model.folder(Path.of(args[0]));
    }
  }

  abstract String config();

  abstract Map<String, long[]> shapes();

  /** The layer that the peers' benchmark reads. */
  int middleLayer() {
    return layers / 2;
  }

  /**
   * Floating-point operations of the matrix products of a token up to and with {@link
   * #middleLayer}.
   */
  double flopsPerToken(int context) {
    double weights = 4.0 * dModel * dModel + 8.0 * dModel * dModel;
    return (middleLayer() + 1) * (2 * weights + 4.0 * context * dModel);
  }

  /** The folder of this model inside {@code parent}, written if it is not there. */
  Path folder(Path parent) throws IOException {
    Path folder = parent.resolve(name().toLowerCase(Locale.ROOT));
    Path weights = folder.resolve("model.safetensors");
    if (Files.exists(weights)) {
      return folder;
    }
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("config.json"), config());
    SafetensorsWriter writer = new SafetensorsWriter().metadata("format", "pt");
    Map<String, long[]> shapes = shapes();
    shapes.forEach(writer::floats);
    Path unfinished = folder.resolve("model.safetensors.new");
    writer.write(
        unfinished,
        values -> {
          for (Map.Entry<String, long[]> tensor : shapes.entrySet()) {
            values.floats(values(tensor.getKey(), tensor.getValue()));
          }
        });
    Files.move(unfinished, weights);
    return folder;
  }

  private static float[] values(String name, long[] shape) {
    float[] values =
        new float[Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact))];
    if (name.endsWith("norm.weight") || (name.contains("ln_") && name.endsWith(".weight"))) {
      Arrays.fill(values, 1);
    } else if (name.endsWith("weight")) {
      Random random = new Random(Seeds.of(0, name));
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (0.02 * random.nextGaussian());
      }
    }
    return values;
  }

  void norm(Map<String, long[]> shapes, String name) {
    shapes.put(name + ".weight", new long[] {dModel});
    shapes.put(name + ".bias", new long[] {dModel});
  }

  private static void linear(
      Map<String, long[]> shapes, String name, long rows, long columns, long bias) {
    shapes.put(name + ".weight", new long[] {rows, columns});
    shapes.put(name + ".bias", new long[] {bias});
  }
}
