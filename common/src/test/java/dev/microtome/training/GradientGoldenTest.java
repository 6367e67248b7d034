package dev.microtome.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.microtome.model.Activation;
import dev.microtome.model.Torch;
import dev.microtome.model.load.Safetensors;
import dev.microtome.model.load.ToyConfig;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Gradients of the mean next-token loss against TransformerLens's and transformers', float64. */
class GradientGoldenTest {
  private static final double FLOAT64 = 1e-9; // saw 4e-16
  private static final double FLOAT32 = 1e-5; // saw 2.0e-7

  @BeforeAll
  static void oneThread() {
    Torch.threads(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gelu-mlp", "relu-no-ln", "rotary", "shortformer", "solu", "solu-ln"})
  void everyGradientOfAToyEqualsTheReferences(String name) {
    ToyConfig config = ToyConfig.read(golden("framework/toys/" + name + ".json"));
    try (Safetensors golden = Safetensors.open(golden("framework/toys/" + name + ".safetensors"))) {
      Map<String, double[]> parameters = new LinkedHashMap<>();
      Map<String, double[]> gradients = new LinkedHashMap<>();
      for (String parameter : ToyParameters.shapes(config).keySet()) {
        parameters.put(parameter, golden.doubles("parameter." + parameter));
        gradients.put(parameter, golden.doubles("grad." + parameter));
      }
      double loss = golden.doubles("loss")[0];
      compare(config, parameters, sequences(golden), loss, gradients);
    }
  }

  @Test
  void everyGradientOfTheFrameworksModelEqualsTheReferences() {
    ToyConfig config = ToyConfig.read(golden("framework/config.json"));
    try (Safetensors model = Safetensors.open(golden("framework/model.safetensors"));
        Safetensors values = Safetensors.open(golden("framework/framework.safetensors"));
        Safetensors golden = Safetensors.open(golden("framework/gradients.safetensors"))) {
      Map<String, double[]> parameters = new LinkedHashMap<>();
      Map<String, double[]> gradients = new LinkedHashMap<>();
      for (String parameter : ToyParameters.shapes(config).keySet()) {
        parameters.put(parameter, model.doubles(parameter));
        gradients.put(parameter, golden.doubles(parameter));
      }
      double loss = golden.doubles("loss")[0];
      compare(config, parameters, sequences(values), loss, gradients);
    }
  }

  /** A tied model with tanh GELU: each head's columns are cut from GPT-2's joint matrices. */
  @Test
  void everyGradientOfGpt2EqualsTransformerss() {
    ToyConfig config =
        ToyConfig.builder(97, 48)
            .layers(3)
            .width(32)
            .heads(4, 8)
            .mlp(128, Activation.GELU_TANH)
            .tied()
            .build();
    try (Safetensors model = Safetensors.open(golden("models/gpt2/model.safetensors"));
        Safetensors values = Safetensors.open(golden("models/gpt2/golden.safetensors"));
        Safetensors golden = Safetensors.open(golden("models/gpt2/gradients.safetensors"))) {
      Map<String, double[]> parameters = new LinkedHashMap<>();
      Map<String, double[]> gradients = new LinkedHashMap<>();
      for (String parameter : ToyParameters.shapes(config).keySet()) {
        if (parameter.equals("unembed.b_U")) { // which GPT-2 does not have
          parameters.put(parameter, new double[config.dVocab()]);
          continue;
        }
        parameters.put(parameter, gpt2(config, model, "", parameter));
        gradients.put(parameter, gpt2(config, golden, "transformer.", parameter));
      }
      double loss = golden.doubles("loss")[0];
      compare(config, parameters, sequences(values), loss, gradients);
    }
  }

  private static double[] gpt2(ToyConfig config, Safetensors file, String prefix, String name) {
    String block = name.replaceFirst("^blocks\\.(\\d+)\\..*", "h.$1.");
    String last = name.replaceFirst("^blocks\\.\\d+\\.", "");
    String tensor =
        switch (last) {
          case "embed.W_E" -> "wte.weight";
          case "pos_embed.W_pos" -> "wpe.weight";
          case "ln_final.w" -> "ln_f.weight";
          case "ln_final.b" -> "ln_f.bias";
          case "ln1.w" -> block + "ln_1.weight";
          case "ln1.b" -> block + "ln_1.bias";
          case "ln2.w" -> block + "ln_2.weight";
          case "ln2.b" -> block + "ln_2.bias";
          case "mlp.W_in" -> block + "mlp.c_fc.weight";
          case "mlp.b_in" -> block + "mlp.c_fc.bias";
          case "mlp.W_out" -> block + "mlp.c_proj.weight";
          case "mlp.b_out" -> block + "mlp.c_proj.bias";
          case "attn.W_O" -> block + "attn.c_proj.weight";
          case "attn.b_O" -> block + "attn.c_proj.bias";
          default -> block + (last.contains("W_") ? "attn.c_attn.weight" : "attn.c_attn.bias");
        };
    double[] values = file.doubles(prefix + tensor);
    if (!tensor.contains("c_attn")) {
      return values;
    }
    int third = "QKV".indexOf(last.charAt(last.length() - 1));
    int width = config.nHeads() * config.dHead();
    int rows = last.contains("W_") ? config.dModel() : 1;
    double[] own = new double[rows * width];
    for (int head = 0; head < config.nHeads(); head++) {
      for (int row = 0; row < rows; row++) {
        System.arraycopy(
            values,
            row * 3 * width + third * width + head * config.dHead(),
            own,
            (head * rows + row) * config.dHead(),
            config.dHead());
      }
    }
    return own;
  }

  private static void compare(
      ToyConfig config,
      Map<String, double[]> parameters,
      List<int[]> sequences,
      double loss,
      Map<String, double[]> gradients) {
    compare(config, parameters, sequences, loss, gradients, DataType.FLOAT32, FLOAT32);
    // The reference for GPT-2 is stored as float32; saw 8.8e-9.
    double tolerance = config.tied() ? 1e-7 : FLOAT64;
    compare(config, parameters, sequences, loss, gradients, DataType.FLOAT64, tolerance);
  }

  private static void compare(
      ToyConfig config,
      Map<String, double[]> parameters,
      List<int[]> sequences,
      double loss,
      Map<String, double[]> gradients,
      DataType type,
      double tolerance) {
    try (NDManager manager = NDManager.newBaseManager()) {
      Map<String, NDArray> arrays = new LinkedHashMap<>();
      Map<String, Shape> shapes = ToyParameters.shapes(config);
      parameters.forEach(
          (name, values) ->
              arrays.put(name, manager.create(values, shapes.get(name)).toType(type, false)));
      GradientScript.Sums sums =
          new GradientScript(config, arrays, manager).sums(sequences, manager);
      double positions = (double) sequences.size() * (sequences.get(0).length - 1);

      assertThat(sums.loss() / positions).isCloseTo(loss, within(tolerance));
      List<String> names = new ArrayList<>(arrays.keySet());
      gradients.forEach(
          (name, expected) -> {
            double[] actual =
                sums.gradients()
                    .get(names.indexOf(name))
                    .toType(DataType.FLOAT64, false)
                    .div(positions)
                    .toDoubleArray();
            assertThat(actual).as(name).containsExactly(expected, within(tolerance));
          });
      double largest =
          gradients.values().stream()
              .flatMapToDouble(Arrays::stream)
              .map(Math::abs)
              .max()
              .orElseThrow();
      assertThat(largest).isGreaterThan(1e-3);
    }
  }

  private static List<int[]> sequences(Safetensors golden) {
    long[] ids = golden.longs("input_ids");
    int width = golden.tensor("input_ids").shape().get(1).intValue();
    List<int[]> sequences = new ArrayList<>();
    for (int start = 0; start < ids.length; start += width) {
      sequences.add(Arrays.stream(ids, start, start + width).mapToInt(Math::toIntExact).toArray());
    }
    return sequences;
  }

  private static Path golden(String file) {
    try {
      return Path.of(GradientGoldenTest.class.getResource("/golden/" + file).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
