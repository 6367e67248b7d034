package dev.microtome.activations;

import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.microtome.model.HookedTransformer;
import dev.microtome.model.load.ModelFiles;
import dev.microtome.text.TokenSequence;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** The golden GPT-2 of 3 layers, dModel 32, 97 tokens and a context of 48. */
final class TinyModel {
  static final int D_VOCAB = 97;
  static final int N_CTX = 48;

  private TinyModel() {}

  static HookedTransformer load(NDManager manager) {
    return HookedTransformer.load(ModelFiles.open(folder()), manager);
  }

  /** The model with the first value of one of its tensors not a number. */
  static HookedTransformer withNan(String tensor, Path scratch, NDManager manager)
      throws IOException {
    Files.copy(folder().resolve("config.json"), scratch.resolve("config.json"));
    byte[] weights = Files.readAllBytes(folder().resolve("model.safetensors"));
    ByteBuffer file = ByteBuffer.wrap(weights).order(ByteOrder.LITTLE_ENDIAN);
    int header = (int) file.getLong(0);
    JsonNode json = new ObjectMapper().readTree(weights, 8, header);
    file.putFloat(
        8 + header + json.path(tensor).path("data_offsets").path(0).intValue(), Float.NaN);
    Files.write(scratch.resolve("model.safetensors"), weights);
    return HookedTransformer.load(ModelFiles.open(scratch), manager);
  }

  /** Random sequences of 1 to {@link #N_CTX} tokens with ids from 100 on. */
  static List<TokenSequence> sequences(long seed, int count) {
    Random random = new Random(seed);
    return IntStream.range(0, count)
        .mapToObj(
            i ->
                new TokenSequence(
                    100 + i, random.ints(1 + random.nextInt(N_CTX), 0, D_VOCAB).toArray()))
        .toList();
  }

  private static Path folder() {
    try {
      return Path.of(TinyModel.class.getResource("/golden/models/gpt2").toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
