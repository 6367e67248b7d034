package dev.microtome.sae;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.microtome.model.load.Dtype;
import dev.microtome.model.load.Safetensors;
import dev.microtome.model.load.Tensor;
import dev.microtome.sae.JumpReluSae.Estimate;
import dev.microtome.sae.MatryoshkaSae.Scope;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One folder of {@code golden/sae}: what SAELens 6.54.12 trained, saved and computed. */
final class GoldenSae implements AutoCloseable {
  private final Safetensors file;
  private final JsonNode training;

  private GoldenSae(Safetensors file, JsonNode training) {
    this.file = file;
    this.training = training;
  }

  static Path path(String file) {
    try {
      return Path.of(GoldenSae.class.getResource("/golden/sae/" + file).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** One training step. */
  static GoldenSae step(String name) {
    return open(name + "/training");
  }

  /** Eight steps of the trainer. */
  static GoldenSae trainer(String name) {
    return open(name + "/trainer");
  }

  private static GoldenSae open(String files) {
    try {
      return new GoldenSae(
          Safetensors.open(path(files + ".safetensors")),
          new ObjectMapper().readTree(path(files + ".json").toFile()));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  JsonNode json() {
    return training;
  }

  Safetensors file() {
    return file;
  }

  /** What SAELens's configuration is here. */
  SaeConfig config() {
    JsonNode c = training.get("config");
    SaeArchitecture architecture =
        switch (c.get("architecture").asText()) {
          case "standard" ->
              new ReluSae2024(c.get("l1_coefficient").asDouble(), c.get("lp_norm").asDouble());
          case "gated" -> new GatedSae(c.get("l1_coefficient").asDouble(), Formulation.SAE_LENS);
          case "topk" -> new TopKSae(c.get("k").asInt(), auxiliary(c), norms(c));
          case "batchtopk" ->
              new BatchTopKSae(
                  c.get("k").asDouble(),
                  auxiliary(c),
                  norms(c),
                  c.get("topk_threshold_lr").asDouble());
          case "matryoshka_batchtopk" -> matryoshka(c);
          case "jumprelu" -> jumpRelu(c);
          default -> throw new IllegalStateException(c.get("architecture").asText());
        };
    return SaeConfig.of(architecture, c.get("d_in").asInt(), c.get("d_sae").asInt())
        .with(c.get("apply_b_dec_to_input").asBoolean() ? PreBias.TIED : PreBias.NONE);
  }

  private static Auxiliary auxiliary(JsonNode c) {
    return Auxiliary.SAE_LENS.with(c.get("aux_loss_coefficient").asDouble());
  }

  private static DecoderNorms norms(JsonNode c) {
    return c.get("rescale_acts_by_decoder_norm").asBoolean()
        ? DecoderNorms.IN_FEATURES
        : DecoderNorms.FREE;
  }

  private static MatryoshkaSae matryoshka(JsonNode c) {
    List<Integer> widths = new ArrayList<>();
    c.get("matryoshka_widths").forEach(width -> widths.add(width.asInt()));
    return new MatryoshkaSae(
        widths,
        c.get("k").asDouble(),
        auxiliary(c),
        c.get("use_matryoshka_aux_loss").asBoolean() ? Scope.LEVELS : Scope.WHOLE,
        norms(c),
        c.get("topk_threshold_lr").asDouble());
  }

  private static JumpReluSae jumpRelu(JsonNode c) {
    JumpReluSae.Penalty penalty =
        switch (c.get("jumprelu_sparsity_loss_mode").asText()) {
          case "step" -> new JumpReluSae.Count();
          case "tanh" -> new JumpReluSae.Tanh(c.get("jumprelu_tanh_scale").asDouble());
          default -> new JumpReluSae.Quadratic(c.get("target_l0").asDouble());
        };
    return new JumpReluSae(
        c.get("l0_coefficient").asDouble(),
        c.get("jumprelu_bandwidth").asDouble(),
        penalty,
        c.get("jumprelu_ste_to_input").asBoolean()
            ? Estimate.THRESHOLD_AND_INPUT
            : Estimate.THRESHOLD,
        c.get("pre_act_loss_coefficient").asDouble(),
        Formulation.SAE_LENS);
  }

  /** The coefficient of the sparsity penalty in the step, 0 if there is none. */
  static double sparsity(JsonNode step) {
    JsonNode coefficients = step.get("coefficients");
    return coefficients.has("l1")
        ? coefficients.get("l1").asDouble()
        : coefficients.path("l0").asDouble();
  }

  /** The tensors {@code prefix.<parameter>}, by parameter. */
  Map<String, NDArray> parameters(String prefix, DataType type, NDManager manager) {
    Map<String, NDArray> parameters = new LinkedHashMap<>();
    for (String name : config().parameters().keySet()) {
      parameters.put(name, array(prefix + name, type, manager));
    }
    return parameters;
  }

  NDArray array(String name, DataType type, NDManager manager) {
    return manager.create(file.doubles(name), shape(file.tensor(name))).toType(type, false);
  }

  /** A mask, which the file may lack. */
  SaeBatch batch(String x, String dead, DataType type, NDManager manager) {
    SaeBatch batch = SaeBatch.of(array(x, type, manager));
    return file.names().contains(dead) ? batch.withDead(mask(dead, manager)) : batch;
  }

  NDArray mask(String name, NDManager manager) {
    Tensor tensor = file.tensor(name);
    if (tensor.dtype() != Dtype.BOOL) {
      throw new IllegalStateException(name + " is " + tensor.dtype());
    }
    byte[] bytes = new byte[(int) tensor.byteSize()];
    file.readBytes(tensor, 0, ByteBuffer.wrap(bytes));
    boolean[] values = new boolean[bytes.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = bytes[i] != 0;
    }
    return manager.create(values);
  }

  /** SAELens's name of a part of the loss. */
  static String saeLensName(String part) {
    if (part.startsWith("inner_mse_")) {
      return part.replace("inner_mse_", "inner_mse_loss_");
    }
    return part.equals("auxiliary") ? "auxiliary_reconstruction_loss" : part + "_loss";
  }

  static void assertSameOnesActive(double[] actual, double[] expected) {
    for (int i = 0; i < expected.length; i++) {
      assertThat(actual[i] > 0).as("element %d", i).isEqualTo(expected[i] > 0);
    }
  }

  static double[] doubles(NDArray array) {
    try (NDArray wide = array.toType(DataType.FLOAT64, true)) {
      return wide.toDoubleArray();
    }
  }

  static Shape shape(Tensor tensor) {
    return new Shape(tensor.shape().stream().mapToLong(size -> size).toArray());
  }

  @Override
  public void close() {
    file.close();
  }
}
