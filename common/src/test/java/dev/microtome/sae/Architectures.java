package dev.microtome.sae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.microtome.sae.JumpReluSae.Estimate;
import dev.microtome.sae.MatryoshkaSae.Scope;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;

/** Every architecture in every form, small, for the laws that hold of all. */
final class Architectures {
  static final int D_IN = 5;
  static final int D_SAE = 11;
  static final int ROWS = 7;

  private static final Auxiliary PAPER = new Auxiliary(0.5, 3, Formulation.PAPER);
  private static final Auxiliary SAE_LENS = new Auxiliary(0.5, 3, Formulation.SAE_LENS);

  private Architectures() {}

  /** The paper's form with a bandwidth that some of few pre-activations are within. */
  private static JumpReluSae jumpRelu() {
    return new JumpReluSae(
        0.3, 0.8, new JumpReluSae.Count(), Estimate.THRESHOLD, 0, Formulation.PAPER);
  }

  private static SaeConfig of(SaeArchitecture architecture) {
    return SaeConfig.of(architecture, D_IN, D_SAE);
  }

  private static Named<SaeConfig> named(String name, SaeConfig config) {
    return Named.of(name, config);
  }

  static Stream<Named<SaeConfig>> all() {
    SaeArchitecture jump =
        new JumpReluSae(
            0.3,
            0.8,
            new JumpReluSae.Tanh(4),
            Estimate.THRESHOLD_AND_INPUT,
            0.1,
            Formulation.SAE_LENS);
    return Stream.of(
        named("relu-2023", of(new ReluSae2023(0.3))),
        named("relu-2024", of(new ReluSae2024(0.3))),
        named("relu-2024, tied, p = 2", of(new ReluSae2024(0.3, 2)).with(PreBias.TIED)),
        named("relu transcoder", of(new ReluSae2024(0.3)).transcodingTo(3)),
        named("relu skip transcoder", of(new ReluSae2024(0.3)).skippingTo(3)),
        named("gated", of(new GatedSae(0.3))),
        named("gated without pre-bias", of(new GatedSae(0.3)).with(PreBias.NONE)),
        named("gated as in SAELens", of(new GatedSae(0.3, Formulation.SAE_LENS))),
        named("gated skip transcoder", of(new GatedSae(0.3)).skippingTo(3)),
        named("topk", of(new TopKSae(3, PAPER, DecoderNorms.UNIT))),
        named("topk by decoder norms", of(new TopKSae(3, SAE_LENS, DecoderNorms.IN_FEATURES))),
        named(
            "topk skip transcoder",
            of(new TopKSae(3, SAE_LENS, DecoderNorms.IN_FEATURES)).skippingTo(3)),
        named("topk transcoder", of(new TopKSae(3, PAPER, DecoderNorms.UNIT)).transcodingTo(D_IN)),
        named(
            "topk skip transcoder of one width",
            of(new TopKSae(3, PAPER, DecoderNorms.UNIT)).skippingTo(D_IN)),
        named("batchtopk", of(new BatchTopKSae(2.5, PAPER, DecoderNorms.UNIT, 0.01))),
        named(
            "batchtopk by decoder norms",
            of(new BatchTopKSae(2.5, SAE_LENS, DecoderNorms.IN_FEATURES, 0.01))),
        named(
            "batchtopk transcoder",
            of(new BatchTopKSae(2.5, PAPER, DecoderNorms.UNIT, 0.01)).transcodingTo(3)),
        named(
            "matryoshka",
            of(
                new MatryoshkaSae(
                    List.of(3, 6, 11), 3, PAPER, Scope.WHOLE, DecoderNorms.UNIT, 0.01))),
        named(
            "matryoshka by levels and decoder norms",
            of(
                new MatryoshkaSae(
                    List.of(4, 11), 3, SAE_LENS, Scope.LEVELS, DecoderNorms.IN_FEATURES, 0.01))),
        named("jumprelu", of(jumpRelu())),
        named(
            "jumprelu, quadratic",
            of(
                new JumpReluSae(
                    0.3,
                    0.8,
                    new JumpReluSae.Quadratic(3),
                    Estimate.THRESHOLD,
                    0,
                    Formulation.SAE_LENS))),
        named("jumprelu, tanh, to the input", of(jump)),
        named("jumprelu transcoder", of(jumpRelu()).transcodingTo(3)),
        named("jumprelu skip transcoder", of(jumpRelu()).skippingTo(3)));
  }

  /** Random parameters; thresholds are positive and small. */
  static Map<String, NDArray> parameters(
      SaeConfig config, long seed, DataType type, NDManager manager) {
    Random random = new Random(seed);
    Map<String, NDArray> parameters = new LinkedHashMap<>();
    config
        .parameters()
        .forEach(
            (name, shape) -> {
              double low = name.equals("threshold") ? 0.1 : -1;
              double high =
                  name.equals("log_threshold") ? -0.5 : name.equals("threshold") ? 0.5 : 1;
              parameters.put(
                  name,
                  manager
                      .create(random.doubles(shape.size(), low, high).toArray(), shape)
                      .toType(type, false));
            });
    return parameters;
  }

  static SaeBatch batch(SaeConfig config, long seed, DataType type, NDManager manager) {
    Random random = new Random(seed);
    NDArray x = random(ROWS, config.dIn(), random, type, manager);
    return config.mapping() == Mapping.AUTOENCODER
        ? SaeBatch.of(x)
        : new SaeBatch(x, random(ROWS, config.dOut(), random, type, manager), Optional.empty());
  }

  private static NDArray random(
      int rows, int width, Random random, DataType type, NDManager manager) {
    return manager
        .create(random.doubles((long) rows * width, -2, 2).toArray(), new Shape(rows, width))
        .toType(type, false);
  }
}
