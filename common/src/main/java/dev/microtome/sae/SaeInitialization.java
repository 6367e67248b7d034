package dev.microtome.sae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.microtome.stats.Seeds;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/**
 * The parameters a training begins with: decoder rows in random directions, of norm 1 where they
 * are held there and 0.1 elsewhere (Conerly et al. 2024), the encoder their transpose, biases 0,
 * thresholds 0.001 as in Rajamanoharan et al. 2024 or SAELens's 0.01. A transcoder to another width
 * has an encoder of its own random directions; W_skip begins at 0.
 *
 * <p>A pure function of configuration and seed.
 */
public final class SaeInitialization {
  private static final double FREE_NORM = 0.1;
  private static final double PAPER_THRESHOLD = 0.001;
  private static final double SAE_LENS_THRESHOLD = 0.01;

  private SaeInitialization() {}

  /**
   * Parameters by name, float32, in the order of {@link SaeConfig#parameters}.
   *
   * @param manager owns them
   */
  public static Map<String, NDArray> of(SaeConfig config, long seed, NDManager manager) {
    double norm = config.architecture().decoderNorms() == DecoderNorms.UNIT ? 1 : FREE_NORM;
    NDArray decoder = directions(seed, "W_dec", config.dSae(), config.dOut(), norm, manager);
    Map<String, NDArray> parameters = new LinkedHashMap<>();
    config.parameters().forEach((name, shape) -> parameters.put(name, start(name, shape, manager)));
    replace(parameters, "W_dec", decoder);
    if (config.dIn() == config.dOut()) {
      replace(parameters, "W_enc", SaeKernels.transposed(manager, decoder));
    } else {
      try (NDArray own = directions(seed, "W_enc", config.dSae(), config.dIn(), norm, manager)) {
        replace(parameters, "W_enc", SaeKernels.transposed(manager, own));
      }
    }
    return parameters;
  }

  private static void replace(Map<String, NDArray> parameters, String name, NDArray array) {
    parameters.put(name, array).close();
  }

  private static NDArray start(String name, Shape shape, NDManager manager) {
    return switch (name) {
      case "log_threshold" -> manager.full(shape, (float) Math.log(PAPER_THRESHOLD));
      case "threshold" -> manager.full(shape, (float) SAE_LENS_THRESHOLD);
      // Two places of the same size are replaced at once.
      case "W_enc", "W_dec" -> manager.zeros(new Shape(0));
      default -> manager.zeros(shape);
    };
  }

  private static NDArray directions(
      long seed, String name, int rows, int width, double norm, NDManager manager) {
    NDArray array = manager.create(new Shape(rows, width));
    StoredSae.pieces(
        array,
        (first, piece) -> {
          Random random = new Random(Seeds.of(seed, "initialize " + name, first));
          while (piece.hasRemaining()) {
            piece.put((float) random.nextGaussian());
          }
        });
    SaeKernels.unitRowsInPlace(array);
    SaeKernels.scaleInPlace(array, norm);
    return array;
  }
}
