package dev.microtome.jobs.quickstart;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.typesafe.config.Config;
import dev.microtome.model.load.SafetensorsWriter;
import dev.microtome.stats.Seeds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/**
 * A GPT-2 folder with random weights, initialised as GPT-2 is: normal with standard deviation 0.02,
 * biases 0, norms 1. The same configuration gives the same bytes.
 */
final class RandomModel {
  private static final double STANDARD_DEVIATION = 0.02;

  private final long seed;
  private final int layers;
  private final int heads;
  private final int dModel;
  private final int nCtx;
  private final WordTokenizer tokenizer;

  private RandomModel(Config config, WordTokenizer tokenizer) {
    this.seed = config.getLong("seed");
    this.layers = config.getInt("layers");
    this.heads = config.getInt("heads");
    this.dModel = config.getInt("d-model");
    this.nCtx = config.getInt("context-length");
    this.tokenizer = tokenizer;
  }

  static RandomModel of(Config config, WordTokenizer tokenizer) {
    return new RandomModel(config, tokenizer);
  }

  void write(Path folder) throws IOException {
    Files.createDirectories(folder);
    QuickStart.writeIfChanged(folder.resolve("config.json"), configJson());
    writeWeights(folder.resolve("model.safetensors"));
  }

  private String configJson() {
    ObjectNode json = new ObjectMapper().createObjectNode();
    json.withArray("architectures").add("GPT2LMHeadModel");
    json.put("model_type", "gpt2")
        .put("n_layer", layers)
        .put("n_head", heads)
        .put("n_embd", dModel)
        .put("n_positions", nCtx)
        .put("vocab_size", tokenizer.size())
        .put("bos_token_id", tokenizer.beginning())
        .put("eos_token_id", tokenizer.end())
        .put("activation_function", "gelu_new")
        .put("layer_norm_epsilon", 1e-5)
        .put("torch_dtype", "float32");
    return json.toPrettyString();
  }

  private void writeWeights(Path file) throws IOException {
    Map<String, long[]> shapes = shapes();
    SafetensorsWriter writer = new SafetensorsWriter().metadata("format", "pt");
    shapes.forEach(writer::floats);
    writer.write(
        file,
        values -> {
          for (Map.Entry<String, long[]> tensor : shapes.entrySet()) {
            values.floats(initial(tensor.getKey(), tensor.getValue()));
          }
        });
  }

  private Map<String, long[]> shapes() {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    shapes.put("wte.weight", new long[] {tokenizer.size(), dModel});
    shapes.put("wpe.weight", new long[] {nCtx, dModel});
    for (int layer = 0; layer < layers; layer++) {
      String block = "h." + layer + ".";
      shapes.put(block + "ln_1.weight", new long[] {dModel});
      shapes.put(block + "ln_1.bias", new long[] {dModel});
      shapes.put(block + "attn.c_attn.weight", new long[] {dModel, 3L * dModel});
      shapes.put(block + "attn.c_attn.bias", new long[] {3L * dModel});
      shapes.put(block + "attn.c_proj.weight", new long[] {dModel, dModel});
      shapes.put(block + "attn.c_proj.bias", new long[] {dModel});
      shapes.put(block + "ln_2.weight", new long[] {dModel});
      shapes.put(block + "ln_2.bias", new long[] {dModel});
      shapes.put(block + "mlp.c_fc.weight", new long[] {dModel, 4L * dModel});
      shapes.put(block + "mlp.c_fc.bias", new long[] {4L * dModel});
      shapes.put(block + "mlp.c_proj.weight", new long[] {4L * dModel, dModel});
      shapes.put(block + "mlp.c_proj.bias", new long[] {dModel});
    }
    shapes.put("ln_f.weight", new long[] {dModel});
    shapes.put("ln_f.bias", new long[] {dModel});
    return shapes;
  }

  private float[] initial(String name, long[] shape) {
    float[] values =
        new float[Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact))];
    if (name.endsWith(".bias")) {
      return values;
    }
    if (name.contains("ln_")) {
      Arrays.fill(values, 1);
      return values;
    }
    Random random = new Random(Seeds.of(seed, name));
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (random.nextGaussian() * STANDARD_DEVIATION);
    }
    return values;
  }
}
