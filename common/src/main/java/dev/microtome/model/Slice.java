package dev.microtome.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.io.Serializable;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Which part of an activation an intervention touches: the product of rows, positions, heads and
 * features. An empty list means all.
 *
 * @param rows sequences of the batch
 * @param positions tokens of a sequence; negative ones count from its end, −1 being its last token.
 *     At attention scores and patterns: query positions
 * @param heads heads; none may be named where an activation has no head axis
 * @param features indices of the last axis: neurons, dimensions of the stream, tokens of the
 *     vocabulary, key positions
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Slice(
    List<Integer> rows, List<Integer> positions, List<Integer> heads, List<Integer> features)
    implements Serializable {
  private static final Slice ALL = new Slice(List.of(), List.of(), List.of(), List.of());

  public Slice {
    rows = copy(rows);
    positions = copy(positions);
    heads = copy(heads);
    features = copy(features);
  }

  /** The whole activation, padding included. */
  public static Slice all() {
    return ALL;
  }

  public Slice rows(int... indices) {
    return new Slice(list(indices), positions, heads, features);
  }

  public Slice positions(int... indices) {
    return new Slice(rows, list(indices), heads, features);
  }

  public Slice heads(int... indices) {
    return new Slice(rows, positions, list(indices), features);
  }

  public Slice features(int... indices) {
    return new Slice(rows, positions, heads, list(indices));
  }

  private static List<Integer> copy(List<Integer> indices) {
    return indices == null ? List.of() : List.copyOf(indices);
  }

  private static List<Integer> list(int[] indices) {
    return IntStream.of(Objects.requireNonNull(indices)).boxed().toList();
  }
}
