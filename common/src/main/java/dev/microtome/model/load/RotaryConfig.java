package dev.microtome.model.load;

import com.fasterxml.jackson.databind.JsonNode;
import dev.microtome.model.Positions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Rotary frequencies of a config.json, in the spelling of transformers 4 ({@code rope_theta},
 * {@code rope_scaling}) and 5 ({@code rope_parameters}). Computed in float32, as transformers does:
 * at position 2,000 a frequency rounded elsewhere turns a head by 1e-4.
 */
final class RotaryConfig {
  private static final KnownKeys NONE = KnownKeys.none();

  private RotaryConfig() {}

  /** Rotation of whole heads; the base is {@code rope_theta}, 10,000 by default. */
  static Positions.Rotary wholeHead(ConfigJson json, Dim dHead) {
    json.onlyNumber("partial_rotary_factor", 1);
    Read read = read(json, json.agreeing("rope_theta"), Optional.of(1.0));
    return read.rotary(json, dHead, 1);
  }

  /** Rotation of the first coordinates of a head (GPT-NeoX). */
  static Positions.Rotary partOfHead(ConfigJson json, Dim dHead) {
    Optional<Double> base = json.agreeing("rotary_emb_base", "rope_theta");
    Read read = read(json, base, json.agreeing("rotary_pct", "partial_rotary_factor"));
    return read.rotary(json, dHead, 0.25);
  }

  /**
   * Rotation of adjacent pairs of the first {@code rotary_dim} coordinates, base 10,000 (GPT-J).
   */
  static Positions.Rotary adjacentPairs(ConfigJson json, Dim dHead) {
    Dim rotated = json.size("rotary_dim", ConfigJson.MAX_HEAD_WIDTH, 64);
    if (json.isNull("rotary_dim")) {
      throw json.unsupported("rotary_dim", "null", "a number");
    }
    checkRotated(json, rotated.intSize(), dHead);
    return rotary(Positions.Pairing.ADJACENT, frequencies(rotated.intSize(), 10_000));
  }

  /** Rotation of the first {@code rotary_dim} coordinates of a head, i with i + rotary_dim/2. */
  static Positions.Rotary halves(int rotated, double base) {
    return rotary(Positions.Pairing.HALVES, frequencies(rotated, base));
  }

  /** Adds what the nested object of either version says to the keys beside it. */
  private static Read read(ConfigJson json, Optional<Double> base, Optional<Double> fraction) {
    Optional<ConfigJson> parameters = json.object("rope_parameters");
    Optional<ConfigJson> scaling = json.object("rope_scaling");
    if (parameters.isPresent() && scaling.isPresent()) {
      throw json.conflict(
          "rope_parameters and rope_scaling are two spellings of the same; keep one");
    }
    Optional<ConfigJson> rope = parameters.or(() -> scaling);
    return new Read(
        rope,
        rope.filter(r -> r.has("rope_theta"))
            .map(r -> r.agreeing(base, "rope_theta"))
            .or(() -> base),
        rope.filter(r -> r.has("partial_rotary_factor"))
            .map(r -> r.agreeing(fraction, "partial_rotary_factor"))
            .or(() -> fraction));
  }

  /** What a config.json says about a rotation of the first coordinates of a head. */
  private record Read(Optional<ConfigJson> rope, Optional<Double> base, Optional<Double> fraction) {
    Positions.Rotary rotary(ConfigJson json, Dim dHead, double defaultFraction) {
      int rotated = (int) (dHead.size() * fraction.orElse(defaultFraction));
      checkRotated(json, rotated, dHead);
      float[] frequencies = frequencies(rotated, base.orElse(10_000.0));
      rope.ifPresent(
          r -> {
            scale(frequencies, r);
            r.refuseUnread(NONE);
          });
      return RotaryConfig.rotary(Positions.Pairing.HALVES, frequencies);
    }
  }

  static void checkRotated(ConfigJson json, int rotated, Dim dHead) {
    if (rotated < 2 || rotated % 2 != 0 || rotated > dHead.size()) {
      throw json.conflict(
          "%d coordinates of a head would be rotated, expected an even number up to its width (%s)"
              .formatted(rotated, dHead.origin()));
    }
  }

  /** 1 / base^(2i/n) for the n/2 pairs. */
  private static float[] frequencies(int rotated, double base) {
    float[] frequencies = new float[rotated / 2];
    for (int i = 0; i < frequencies.length; i++) {
      float exponent = 2f * i / rotated;
      frequencies[i] = 1 / (float) Math.pow((float) base, exponent);
    }
    return frequencies;
  }

  private static void scale(float[] frequencies, ConfigJson rope) {
    String key = rope.has("rope_type") ? "rope_type" : "type";
    String type = rope.string(key, "default");
    rope.node("type")
        .map(JsonNode::asText)
        .filter(old -> !old.equals(type))
        .ifPresent(
            old -> {
              throw rope.conflict(
                  "rope_type '%s' and type '%s' differ".formatted(type, Json.shorten(old)));
            });
    switch (type) {
      case "default" -> {}
      case "linear" -> {
        float factor = (float) rope.positive("factor");
        for (int i = 0; i < frequencies.length; i++) {
          frequencies[i] /= factor;
        }
      }
      case "llama3" -> scaleAsLlama3(frequencies, rope);
      default ->
          throw rope.unsupported(key, "'" + Json.shorten(type) + "'", "default, linear, llama3");
    }
  }

  /**
   * Llama 3.1: long waves are stretched by the factor, short ones kept, those between interpolated.
   *
   * @see <a href="https://arxiv.org/abs/2407.21783">The Llama 3 herd of models (2024)</a>
   */
  private static void scaleAsLlama3(float[] frequencies, ConfigJson rope) {
    double factor = rope.positive("factor");
    double low = rope.positive("low_freq_factor");
    double high = rope.positive("high_freq_factor");
    double context = rope.positive("original_max_position_embeddings");
    if (high <= low) {
      throw rope.conflict(
          "high_freq_factor %s must be above low_freq_factor %s".formatted(high, low));
    }
    for (int i = 0; i < frequencies.length; i++) {
      double wavelength = 2 * Math.PI / frequencies[i];
      if (wavelength > context / low) {
        frequencies[i] = (float) (frequencies[i] / factor);
      } else if (wavelength >= context / high) {
        double smooth = (context / wavelength - low) / (high - low);
        frequencies[i] = (float) ((1 - smooth) * frequencies[i] / factor + smooth * frequencies[i]);
      }
    }
  }

  private static Positions.Rotary rotary(Positions.Pairing pairing, float[] frequencies) {
    List<Double> values = new ArrayList<>(frequencies.length);
    for (float frequency : frequencies) {
      values.add((double) frequency);
    }
    return new Positions.Rotary(pairing, values);
  }
}
