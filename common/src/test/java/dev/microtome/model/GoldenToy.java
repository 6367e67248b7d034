package dev.microtome.model;

import ai.djl.ndarray.NDManager;
import dev.microtome.model.load.ModelFiles;
import dev.microtome.model.load.Safetensors;
import dev.microtome.model.load.SafetensorsWriter;
import dev.microtome.model.load.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One of the toy models with what TransformerLens computes from it in float64. The reference's file
 * holds weights and results together; the folder is written from its weights.
 */
record GoldenToy(String name, Path folder, Path golden) {
  /** Two layers of attention alone, without norms. */
  static final String FRAMEWORK = "framework";

  static final List<String> NAMES =
      List.of(
          FRAMEWORK,
          "gelu-mlp",
          "relu-no-ln",
          "rotary",
          "shortformer",
          "smeared",
          "solu",
          "solu-ln",
          "zero-layer");

  private static final String PARAMETER = "parameter.";

  /** Writes the folder of a model below {@code parent}, or finds it there. */
  static GoldenToy open(String name, Path parent) {
    if (name.equals(FRAMEWORK)) {
      Path folder = GoldenModel.resource("golden/framework");
      return new GoldenToy(name, folder, folder.resolve("framework.safetensors"));
    }
    Path toys = GoldenModel.resource("golden/framework/toys");
    GoldenToy toy = new GoldenToy(name, parent.resolve(name), toys.resolve(name + ".safetensors"));
    if (!Files.exists(toy.folder)) {
      try {
        Files.createDirectory(toy.folder);
        Files.copy(toys.resolve(name + ".json"), toy.folder.resolve("config.json"));
        toy.writeWeights();
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
    return toy;
  }

  private void writeWeights() throws IOException {
    try (Safetensors values = values()) {
      Map<String, String> stored = new LinkedHashMap<>();
      for (String tensor : values.names()) {
        if (tensor.startsWith(PARAMETER)) {
          stored.put(tensor.substring(PARAMETER.length()), tensor);
        } else if (tensor.equals("alpha")) {
          stored.put("blocks.0.attn.alpha", tensor);
        }
      }
      SafetensorsWriter writer = new SafetensorsWriter();
      stored.forEach(
          (to, from) -> {
            List<Long> shape = values.tensor(from).shape();
            // The reference has all layers' alphas in one tensor, of which there is one.
            long[] own = from.equals("alpha") ? new long[] {shape.get(1)} : array(shape);
            writer.floats(to, own);
          });
      writer.write(
          folder.resolve("model.safetensors"),
          out -> {
            for (String from : stored.values()) {
              out.floats(values.floats(from));
            }
          });
    }
  }

  private static long[] array(List<Long> shape) {
    return shape.stream().mapToLong(Long::longValue).toArray();
  }

  HookedTransformer load(NDManager manager) {
    return HookedTransformer.load(ModelFiles.open(folder), manager);
  }

  /** What the reference computed, under its names. */
  Safetensors values() {
    return Safetensors.open(golden);
  }

  TokenBatch batch() {
    try (Safetensors values = values()) {
      Tensor ids = values.tensor("input_ids");
      long[] all = values.longs("input_ids");
      int width = ids.shape().get(1).intValue();
      List<int[]> rows = new ArrayList<>();
      for (int start = 0; start < all.length; start += width) {
        int[] row = new int[width];
        for (int i = 0; i < width; i++) {
          row[i] = (int) all[start + i];
        }
        rows.add(row);
      }
      return TokenBatch.of(rows);
    }
  }

  /** The reference's tensor of each hook point it stored. */
  Map<HookPoint, String> hooks() {
    Map<HookPoint, String> hooks = new LinkedHashMap<>();
    try (Safetensors values = values()) {
      for (String tensor : values.names()) {
        if (tensor.startsWith("hook.")) {
          hooks.put(HookPoint.parse(tensor.substring("hook.".length())), tensor);
        } else if (tensor.equals("pattern")) {
          hooks.put(HookPoint.of(0, HookSite.PATTERN), tensor);
        } else if (tensor.matches("pattern\\.\\d+")) {
          int layer = Integer.parseInt(tensor.substring("pattern.".length()));
          hooks.put(HookPoint.of(layer, HookSite.PATTERN), tensor);
        }
      }
    }
    return hooks;
  }
}
