package dev.microtome.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.microtome.model.Activation;
import dev.microtome.model.load.ToyConfig;
import dev.microtome.model.load.ToyConfig.PositionKind;
import dev.microtome.torch.TorchScript;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The loss of a toy model and its gradients, as {@code gradients.py} computes them from parameters
 * that stay where they are. Safe for concurrent use between changes of the parameters.
 */
final class GradientScript {
  private static final TorchScript SCRIPT =
      TorchScript.load(GradientScript.class, "gradients.py", "Gradients");

  /**
   * Positions that go through the model at once, so that activations need not be kept for a whole
   * batch. From 512 to 8,192 no size was the fastest in each of three runs.
   */
  private static final int PIECE_POSITIONS = 2048;

  /** Elements of the logits at once, 4 MB. */
  private static final int PIECE_LOGITS = 1 << 20;

  private final ToyConfig config;
  private final List<String> names;
  private final NDList shared = new NDList();

  /**
   * Prepares gradients of parameters.
   *
   * @param parameters by name, all of one type; their DJL names are set
   * @param manager owns what is constant
   */
  GradientScript(ToyConfig config, Map<String, NDArray> parameters, NDManager manager) {
    this.config = config;
    names = List.copyOf(parameters.keySet());
    parameters.forEach((name, array) -> add("parameter." + name, array));
    add("constant.eps", manager.create(config.normEpsilon()));
    add("constant.layers", manager.create((long) config.nLayers()));
    add("constant.rows", manager.create((long) Math.max(1, PIECE_LOGITS / config.dVocab())));
    add("constant." + key(config.activation()), manager.create(1f));
    if (config.positions() == PositionKind.SHORTFORMER) {
      add("constant.shortformer", manager.create(1f));
    } else if (config.positions() == PositionKind.ROTARY) {
      rotation(parameters.values().iterator().next().getDataType(), manager);
    }
  }

  private void add(String name, NDArray array) {
    array.setName(name);
    shared.add(array);
  }

  private static String key(Activation activation) {
    return switch (activation) {
      case GELU -> "gelu";
      case GELU_TANH -> "gelu_new";
      case RELU -> "relu";
      case SOLU, SOLU_LN -> "solu";
      case SILU -> throw new IllegalArgumentException("Not a toy model's activation: SILU");
    };
  }

  /** Tables [nCtx, 1, rotaryDim/2]: coordinate i turns with i + rotaryDim/2. */
  private void rotation(DataType type, NDManager manager) {
    int half = config.rotaryDim() / 2;
    double[] cos = new double[config.nCtx() * half];
    double[] sin = new double[cos.length];
    for (int position = 0; position < config.nCtx(); position++) {
      for (int i = 0; i < half; i++) {
        double angle = position * Math.pow(config.rotaryBase(), -(double) i / half);
        cos[position * half + i] = Math.cos(angle);
        sin[position * half + i] = Math.sin(angle);
      }
    }
    Shape shape = new Shape(config.nCtx(), 1, half);
    add("constant.cos", manager.create(cos, shape).toType(type, false));
    add("constant.sin", manager.create(sin, shape).toType(type, false));
  }

  /**
   * Sums over the positions of sequences of one length: losses in nats and their gradients, in the
   * order of the parameters. The arrays belong to {@code manager}.
   */
  Sums sums(List<int[]> sequences, NDManager manager) {
    int width = sequences.get(0).length;
    long[] ids = new long[sequences.size() * width];
    int next = 0;
    for (int[] sequence : sequences) {
      for (int token : sequence) {
        ids[next++] = token;
      }
    }
    NDList arguments = new NDList(manager.create(ids, new Shape(sequences.size(), width)));
    arguments.addAll(shared);
    NDArray piece = manager.create((long) Math.max(1, PIECE_POSITIONS / (width - 1)));
    piece.setName("constant.sequences");
    arguments.add(piece);
    Map<String, NDArray> results = new HashMap<>();
    for (NDArray result : SCRIPT.differentiate("gradients", arguments)) {
      results.put(result.getName(), result);
    }
    List<NDArray> gradients = new ArrayList<>();
    for (String name : names) {
      gradients.add(results.get(name));
    }
    return new Sums(results.get("loss").getDouble(), gradients);
  }

  /** Adds gradients to others in place, in float32 as they are. */
  static void addInPlace(List<NDArray> sums, List<NDArray> more) {
    SCRIPT.change("add_", sums, more);
  }

  /**
   * A loss and its gradients.
   *
   * @param loss nats, summed over positions
   * @param gradients of that sum
   */
  record Sums(double loss, List<NDArray> gradients) {}
}
