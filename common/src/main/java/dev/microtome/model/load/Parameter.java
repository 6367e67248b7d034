package dev.microtome.model.load;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * One parameter of the common layout and the stored tensors it is filled from, one below the other.
 *
 * @param name canonical, such as {@code blocks.0.attn.W_QKV}
 * @param sources the tensors; empty if every element is {@code constant}
 * @param shape of the parameter
 * @param constant added to every stored value (1 for Gemma's norms), or every element if there is
 *     no source
 */
record Parameter(String name, List<Source> sources, List<Dim> shape, float constant) {
  Parameter {
    sources = List.copyOf(sources);
    shape = List.copyOf(shape);
  }

  /** The tensor as it is stored. */
  static Parameter of(String name, String tensor, Dim... shape) {
    Source source = new Source(tensor, List.of(shape), Order.STORED);
    return new Parameter(name, List.of(source), List.of(shape), 0);
  }

  /** A matrix that is stored [in, out]. */
  static Parameter transposed(String name, String tensor, Dim in, Dim out) {
    return new Parameter(
        name, List.of(new Source(tensor, List.of(in, out), Order.TRANSPOSED)), List.of(out, in), 0);
  }

  /** Rows stored as (head, q or k or v, dHead), in the parameter as (q or k or v, head, dHead). */
  static Parameter headsOutermost(String name, String tensor, int heads, int dHead, Dim... shape) {
    Order order = new Order.HeadsOutermost(heads, dHead);
    return new Parameter(
        name, List.of(new Source(tensor, List.of(shape), order)), List.of(shape), 0);
  }

  /** A matrix that is stored as [head, in of the head, out]. */
  static Parameter fromHeads(String name, String tensor, Dim nHeads, Dim dHead, Dim out) {
    Source source = new Source(tensor, List.of(nHeads, dHead, out), Order.TRANSPOSED);
    return new Parameter(name, List.of(source), List.of(out, nHeads.times(dHead)), 0);
  }

  /** Several tensors stored as [head, in, out of the head], one below the other. */
  static Parameter intoHeads(String name, Dim nHeads, Dim in, Dim dHead, String... tensors) {
    List<Source> sources =
        Stream.of(tensors)
            .map(tensor -> new Source(tensor, List.of(nHeads, in, dHead), Order.TRANSPOSED_BY_HEAD))
            .toList();
    Dim rows = nHeads.times(dHead).times(tensors.length);
    return new Parameter(name, sources, List.of(rows, in), 0);
  }

  /** Several vectors stored as [head, width of the head], one below the other. */
  static Parameter headVectors(String name, Dim nHeads, Dim dHead, String... tensors) {
    List<Source> sources =
        Stream.of(tensors).map(tensor -> Source.of(tensor, nHeads, dHead)).toList();
    return new Parameter(name, sources, List.of(nHeads.times(dHead).times(tensors.length)), 0);
  }

  /** Several tensors of the same width, one below the other. */
  static Parameter stacked(String name, Source... sources) {
    List<Dim> shape = new ArrayList<>(sources[0].shape());
    for (int i = 1; i < sources.length; i++) {
      shape.set(0, shape.get(0).plus(sources[i].shape().get(0)));
    }
    return new Parameter(name, List.of(sources), shape, 0);
  }

  /** Every element has the same value and the files hold nothing. */
  static Parameter constant(String name, float value, Dim... shape) {
    return new Parameter(name, List.of(), List.of(shape), value);
  }

  /** The stored weight w stands for 1 + w. */
  Parameter plusOne() {
    return new Parameter(name, sources, shape, 1);
  }

  long elements() {
    return shape.stream().mapToLong(Dim::size).reduce(1, Math::multiplyExact);
  }

  /**
   * A stored tensor.
   *
   * @param tensor name in the files, as the architecture writes it today
   * @param shape in the files
   * @param order how its elements lie in the parameter
   */
  record Source(String tensor, List<Dim> shape, Order order) {
    Source {
      shape = List.copyOf(shape);
    }

    long elements() {
      return shape.stream().mapToLong(Dim::size).reduce(1, Math::multiplyExact);
    }

    static Source of(String tensor, Dim... shape) {
      return new Source(tensor, List.of(shape), Order.STORED);
    }
  }

  /** How the elements of a stored tensor lie in the parameter. */
  sealed interface Order {
    Order STORED = new Stored();
    Order TRANSPOSED = new Transposed();
    Order TRANSPOSED_BY_HEAD = new TransposedByHead();

    /** In the same order. */
    record Stored() implements Order {}

    /** [in, out] in the file, where in may be several dimensions; [out, in] in the parameter. */
    record Transposed() implements Order {}

    /** [head, in, out] in the file, [head, out, in] in the parameter. */
    record TransposedByHead() implements Order {}

    /** Rows (head, q or k or v, dHead) in the file, (q or k or v, head, dHead) in the parameter. */
    record HeadsOutermost(int heads, int dHead) implements Order {}
  }
}
