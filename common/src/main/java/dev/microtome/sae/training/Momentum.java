package dev.microtome.sae.training;

import dev.microtome.model.load.Safetensors;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/** The outer momentum as the last {@link OuterStep} left it, {@code momentum.<name>}. */
final class Momentum implements AutoCloseable {
  static final String PREFIX = "momentum.";

  /** Null before the first step. */
  private final Safetensors file;

  private Momentum(Safetensors file) {
    this.file = file;
  }

  /** Opens the file; without one all is 0. */
  static Momentum open(Path file) {
    return new Momentum(Files.exists(file) ? Safetensors.open(file) : null);
  }

  /** Values of a parameter from one on. */
  float[] read(String name, long first, int count) {
    float[] values = new float[count];
    if (file != null) {
      file.read(file.tensor(PREFIX + name), first, FloatBuffer.wrap(values));
    }
    return values;
  }

  @Override
  public void close() {
    if (file != null) {
      file.close();
    }
  }
}
