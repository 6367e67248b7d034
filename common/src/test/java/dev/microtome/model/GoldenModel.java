package dev.microtome.model;

import ai.djl.ndarray.NDManager;
import dev.microtome.model.load.GoldenModels;
import dev.microtome.model.load.ModelFiles;
import dev.microtome.model.load.Safetensors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * One of the tiny models with what the reference implementations compute from it. A row's padding
 * is stripped: {@link #present} says where its tokens stand in the reference's arrays.
 */
record GoldenModel(
    String name, Path folder, List<int[]> tokens, List<int[]> tokenTypes, List<int[]> present) {
  static GoldenModel open(String name) {
    Path folder = GoldenModels.folder(name);
    try (Safetensors golden = Safetensors.open(folder.resolve("golden.safetensors"))) {
      long[] ids = golden.longs("input_ids");
      int rows = golden.tensor("input_ids").shape().get(0).intValue();
      int width = ids.length / rows;
      long[] mask =
          golden.names().contains("attention_mask")
              ? golden.longs("attention_mask")
              : IntStream.range(0, ids.length).mapToLong(i -> 1).toArray();
      List<int[]> tokens = new ArrayList<>();
      List<int[]> types = new ArrayList<>();
      List<int[]> present = new ArrayList<>();
      for (int row = 0; row < rows; row++) {
        int start = row * width;
        int[] at = IntStream.range(0, width).filter(i -> mask[start + i] == 1).toArray();
        present.add(at);
        tokens.add(IntStream.of(at).map(i -> (int) ids[start + i]).toArray());
        if (golden.names().contains("token_type_ids")) {
          long[] all = golden.longs("token_type_ids");
          types.add(IntStream.of(at).map(i -> (int) all[start + i]).toArray());
        }
      }
      return new GoldenModel(name, folder, tokens, types, present);
    }
  }

  HookedTransformer load(NDManager manager) {
    return HookedTransformer.load(ModelFiles.open(folder), manager);
  }

  TokenBatch batch() {
    return tokenTypes.isEmpty()
        ? TokenBatch.of(tokens)
        : TokenBatch.withTokenTypes(tokens, tokenTypes);
  }

  /** BERT's masked labels, as many as tokens. */
  List<int[]> labels() {
    try (Safetensors golden = golden()) {
      long[] labels = golden.longs("mlm_labels");
      int width = labels.length / tokens.size();
      return IntStream.range(0, tokens.size())
          .mapToObj(
              row ->
                  IntStream.of(present.get(row)).map(i -> (int) labels[row * width + i]).toArray())
          .toList();
    }
  }

  Safetensors golden() {
    return Safetensors.open(folder.resolve("golden.safetensors"));
  }

  Safetensors hooks() {
    return Safetensors.open(folder.resolve("hooks.safetensors"));
  }

  boolean hasHooks() {
    return Files.exists(folder.resolve("hooks.safetensors"));
  }

  static Path resource(String name) {
    return GoldenModels.resource(name);
  }
}
