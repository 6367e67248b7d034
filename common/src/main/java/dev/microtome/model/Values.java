package dev.microtome.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.Serializable;
import java.util.Arrays;
import java.util.stream.LongStream;

/**
 * Numbers carried by an {@link Intervention} as data: an immutable float32 array that survives
 * serialisation and JSON. An intervention broadcasts them against the part of the activation it
 * touches, from the last axis backwards, as NumPy does.
 */
public final class Values implements Serializable {
  private final long[] shape;
  private final float[] data;

  private Values(float[] data, long[] shape) {
    long size = LongStream.of(shape).reduce(1, Math::multiplyExact);
    if (size != data.length) {
      throw new IllegalArgumentException(
          "%d values for shape %s".formatted(data.length, Arrays.toString(shape)));
    }
    this.data = data;
    this.shape = shape;
  }

  /** One number for every entry. */
  public static Values of(double number) {
    return new Values(new float[] {(float) number}, new long[0]);
  }

  /** A vector over the last axis. */
  public static Values of(float[] vector) {
    return new Values(vector.clone(), new long[] {vector.length});
  }

  /** Row-major numbers of a shape. */
  @JsonCreator
  public static Values of(
      @JsonProperty("data") float[] data, @JsonProperty("shape") long... shape) {
    return new Values(data.clone(), shape.clone());
  }

  /** A copy of a native array. */
  public static Values copyOf(NDArray array) {
    return new Values(array.toFloatArray(), array.getShape().getShape().clone());
  }

  @JsonProperty("shape")
  public long[] shape() {
    return shape.clone();
  }

  @JsonProperty("data")
  public float[] data() {
    return data.clone();
  }

  /** Size of an axis, counted from the last, which is 1; an axis that is not there is of size 1. */
  long size(int axisFromEnd) {
    return axisFromEnd > shape.length ? 1 : shape[shape.length - axisFromEnd];
  }

  /** The entries of these indices of an axis, counted as in {@link #size}. */
  Values take(int axisFromEnd, int[] indices) {
    int axis = shape.length - axisFromEnd;
    int inner = 1;
    for (int i = axis + 1; i < shape.length; i++) {
      inner *= (int) shape[i];
    }
    int stride = inner * (int) shape[axis];
    long[] taken = shape.clone();
    taken[axis] = indices.length;
    float[] values = new float[data.length / (int) shape[axis] * indices.length];
    int next = 0;
    for (int outer = 0; outer < data.length; outer += stride) {
      for (int index : indices) {
        System.arraycopy(data, outer + index * inner, values, next, inner);
        next += inner;
      }
    }
    return new Values(values, taken);
  }

  NDArray toArray(NDManager manager) {
    return manager.create(data, new Shape(shape));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Values values
        && Arrays.equals(shape, values.shape)
        && Arrays.equals(data, values.data);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(shape) + Arrays.hashCode(data);
  }

  @Override
  public String toString() {
    return "Values" + Arrays.toString(shape);
  }
}
