package dev.microtome.probing;

import dev.microtome.linalg.Matrix;
import dev.microtome.model.load.Safetensors;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** The numbers of golden/probes; see its README. */
final class ProbeGolden implements AutoCloseable {
  private final Safetensors file;

  private ProbeGolden(Safetensors file) {
    this.file = file;
  }

  static ProbeGolden open() {
    try {
      return new ProbeGolden(
          Safetensors.open(
              Path.of(ProbeGolden.class.getResource("/golden/probes/probes.safetensors").toURI())));
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  Matrix matrix(String name) {
    List<Long> shape = file.tensor(name).shape();
    return shape.size() == 1
        ? Matrix.of(1, Math.toIntExact(shape.get(0)), file.doubles(name))
        : Matrix.of(
            Math.toIntExact(shape.get(0)), Math.toIntExact(shape.get(1)), file.doubles(name));
  }

  double[] doubles(String name) {
    return file.doubles(name);
  }

  int[] labels(String name) {
    return Arrays.stream(file.longs(name)).mapToInt(Math::toIntExact).toArray();
  }

  @Override
  public void close() {
    file.close();
  }
}
