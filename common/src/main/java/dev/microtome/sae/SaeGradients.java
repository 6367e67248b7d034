package dev.microtome.sae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.microtome.torch.TorchScript;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The loss of an SAE in training and the gradient of every parameter, dense, by automatic
 * differentiation of {@code losses.py} in one call: the definition that faster steps are measured
 * by. float32 or float64, as the parameters are; parts of the loss are means in float64.
 *
 * <p>Memory: some arrays [n, dSae] and, of the parameters' size, the gradients.
 */
public final class SaeGradients {
  private static final TorchScript SCRIPT =
      TorchScript.load(SaeGradients.class, "losses.py", "Losses");

  private static final String LOSS = "loss.";
  private static final String TOTAL = "loss.total";

  private final SaeConfig config;
  private final List<String> names;
  private final NDList shared = new NDList();

  /**
   * Prepares losses of parameters that stay where they are.
   *
   * @param parameters those of {@link SaeConfig#parameters} in any order, all of one type; their
   *     DJL names are set
   * @param constants owns what is constant
   * @throws IllegalArgumentException if a parameter is missing, not the configuration's, or of
   *     another shape
   */
  public SaeGradients(SaeConfig config, Map<String, NDArray> parameters, NDManager constants) {
    this.config = config;
    names = List.copyOf(parameters.keySet());
    Map<String, Shape> shapes = config.parameters();
    if (!shapes.keySet().equals(parameters.keySet())) {
      throw new IllegalArgumentException(
          "parameters are %s, expected %s".formatted(names, shapes.keySet()));
    }
    parameters.forEach(
        (name, array) -> {
          if (!array.getShape().equals(shapes.get(name))) {
            throw new IllegalArgumentException(
                "Shape of %s is %s, expected %s"
                    .formatted(name, array.getShape(), shapes.get(name)));
          }
          add(shared, "parameter." + name, array);
        });
    SaeArchitecture architecture = config.architecture();
    add(shared, "constant." + architecture.script(), constants.create(1.0));
    if (config.preBias() == PreBias.TIED) {
      add(shared, "constant.tied", constants.create(1.0));
    }
    architecture
        .constants(config.dIn())
        .forEach(
            (name, values) ->
                add(
                    shared,
                    "constant." + name,
                    name.equals("widths")
                        ? constants.create(values)
                        : constants.create(values[0])));
  }

  private static void add(NDList arguments, String name, NDArray array) {
    array.setName(name);
    arguments.add(array);
  }

  /**
   * Losses and gradients of a batch.
   *
   * @param sparsity the coefficient of the penalty in this step; architectures without one ignore
   *     it
   * @throws IllegalArgumentException if an array is not of the configuration's shape, or an
   *     autoencoder's target is not its input
   */
  public SaeLosses of(SaeBatch batch, double sparsity) {
    NDArray x = batch.x();
    requireShape("x", x, new Shape(x.getShape().get(0), config.dIn()));
    requireShape("target", batch.target(), new Shape(x.getShape().get(0), config.dOut()));
    if (config.mapping() == Mapping.AUTOENCODER && batch.target() != x) {
      throw new IllegalArgumentException("an autoencoder's target is its input");
    }
    x.setName(null);
    batch.target().setName(null);
    NDList arguments = new NDList(x, batch.target());
    arguments.addAll(shared);
    try (NDArray coefficient = x.getManager().create(sparsity)) {
      add(arguments, "constant.sparsity", coefficient);
      batch
          .dead()
          .ifPresent(
              dead -> {
                requireShape("dead", dead, new Shape(config.dSae()));
                add(arguments, "constant.dead", dead);
              });
      return losses(SCRIPT.differentiate("gradients", arguments));
    }
  }

  private SaeLosses losses(NDList results) {
    Map<String, NDArray> arrays = new HashMap<>();
    Map<String, Double> parts = new HashMap<>();
    double total = Double.NaN;
    for (NDArray result : results) {
      if (!result.getName().startsWith(LOSS)) {
        arrays.put(result.getName(), result);
        continue;
      }
      try (NDArray loss = result) {
        if (loss.getName().equals(TOTAL)) {
          total = loss.getDouble();
        } else {
          parts.put(loss.getName().substring(LOSS.length()), loss.getDouble());
        }
      }
    }
    List<NDArray> gradients = new ArrayList<>();
    names.forEach(name -> gradients.add(arrays.get("gradient." + name)));
    return new SaeLosses(
        parts, total, gradients, arrays.get("features"), arrays.get("reconstruction"));
  }

  private static void requireShape(String name, NDArray array, Shape shape) {
    if (!array.getShape().equals(shape)) {
      throw new IllegalArgumentException(
          "Shape of %s is %s, expected %s".formatted(name, array.getShape(), shape));
    }
  }
}
