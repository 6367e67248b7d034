package dev.microtome.model;

import java.io.Serializable;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Which head of a model.
 *
 * @param layer from 0
 * @param head from 0
 */
public record HeadIndex(int layer, int head) implements Serializable {

  /** Every head of a model, layer after layer. */
  public static List<HeadIndex> all(ModelConfig config) {
    return IntStream.range(0, config.nLayers())
        .boxed()
        .flatMap(
            layer ->
                IntStream.range(0, config.nHeads()).mapToObj(head -> new HeadIndex(layer, head)))
        .toList();
  }

  /** Layer and head with a dot between them, such as 5.1. */
  @Override
  public String toString() {
    return layer + "." + head;
  }
}
