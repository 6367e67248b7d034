package dev.microtome.model.load;

import java.util.List;

/**
 * Where a tensor lies in a safetensors file.
 *
 * @param name unique in its file
 * @param dtype type of the elements
 * @param shape empty for a scalar; row-major, the last dimension varies fastest
 * @param position first byte, counted from the start of the file's data
 * @param elements product of the shape
 */
public record Tensor(String name, Dtype dtype, List<Long> shape, long position, long elements) {
  public Tensor {
    shape = List.copyOf(shape);
  }

  /** Bytes in the file. */
  public long byteSize() {
    return elements * dtype.bytes();
  }
}
