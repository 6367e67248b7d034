package dev.microtome.probing;

import dev.microtome.linalg.Matrix;
import dev.microtome.model.load.Dtype;
import dev.microtome.model.load.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The linear probes of one hook point as a safetensors file: {@code CONCEPT.PROBE.weights} [K, d]
 * and {@code CONCEPT.PROBE.intercepts} [K], float64; the classes, or names of numbers, as metadata
 * {@code CONCEPT}. Scores are x·weightsᵀ + intercepts; of two classes K = 1, the logit of the
 * second. Of pairs the rows are their sides, and the second class is where the first side's score
 * is above the second's.
 *
 * @param hook address of the hook point
 * @param probes by CONCEPT.PROBE
 * @param classes names by concept
 */
public record ProbeFile(
    String hook, Map<String, Linear> probes, Map<String, List<String>> classes) {
  /** Metadata that are of the file itself, and so no names of concepts. */
  public static final Set<String> RESERVED = Set.of("format", "hook");

  public ProbeFile {
    probes = Map.copyOf(probes);
    classes = Map.copyOf(classes);
  }

  /** Weights [K, d] and intercepts [K]. */
  @SuppressWarnings("ArrayRecordComponent") // handed on, not compared
  public record Linear(Matrix weights, double[] intercepts) {
    /** A classifier's. */
    public static Linear of(LogisticProbe probe) {
      return new Linear(probe.weights(), probe.intercepts());
    }

    /** Of a direction among pairs, a row for each side. */
    public static Linear of(PairProbe probe) {
      double[] w = probe.weights();
      double[] twice = Arrays.copyOf(w, 2 * w.length);
      System.arraycopy(w, 0, twice, w.length, w.length);
      return new Linear(Matrix.of(2, w.length, twice), probe.offsets());
    }

    /** A regression's. */
    public static Linear of(RidgeRegression regression) {
      return new Linear(regression.weights().transpose(), regression.intercepts());
    }
  }

  /** Writes the file, probes in alphabetical order. */
  public void write(Path file) throws IOException {
    SafetensorsWriter writer =
        new SafetensorsWriter().metadata("format", "pt").metadata("hook", hook);
    new TreeMap<>(classes)
        .forEach((concept, names) -> writer.metadata(concept, String.join("\n", names)));
    Map<String, Linear> ordered = new TreeMap<>(probes);
    ordered.forEach(
        (name, probe) ->
            writer
                .tensor(
                    name + ".weights", Dtype.F64, probe.weights().rows(), probe.weights().columns())
                .tensor(name + ".intercepts", Dtype.F64, probe.intercepts().length));
    writer.write(
        file,
        out -> {
          for (Linear probe : ordered.values()) {
            out.doubles(probe.weights().toArray());
            out.doubles(probe.intercepts());
          }
        });
  }
}
