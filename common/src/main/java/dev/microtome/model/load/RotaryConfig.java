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
    return of(json, dHead, 1, json.agreeing(10_000, "rope_theta"));
  }

  /** Rotation of the first coordinates of a head (GPT-NeoX). */
  static Positions.Rotary partOfHead(ConfigJson json, Dim dHead) {
    double fraction = json.agreeing(0.25, "rotary_pct", "partial_rotary_factor");
    return of(json, dHead, fraction, json.agreeing(10_000, "rotary_emb_base", "rope_theta"));
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

  private static Positions.Rotary of(
      ConfigJson json, Dim dHead, double topFraction, double topBase) {
    Optional<ConfigJson> parameters = json.object("rope_parameters");
    Optional<ConfigJson> scaling = json.object("rope_scaling");
    if (parameters.isPresent() && scaling.isPresent()) {
      throw json.conflict(
          "rope_parameters and rope_scaling are two spellings of the same; keep one");
    }
    Optional<ConfigJson> rope = parameters.or(() -> scaling);
    double base = rope.map(r -> r.agreeing(topBase, "rope_theta")).orElse(topBase);
    double fraction =
        rope.map(r -> r.agreeing(topFraction, "partial_rotary_factor")).orElse(topFraction);
    if (topFraction == 1 && fraction != 1) {
      throw rope.orElseThrow().unsupported("partial_rotary_factor", String.valueOf(fraction), "1");
    }
    int rotated = (int) (dHead.size() * fraction);
    checkRotated(json, rotated, dHead);
    float[] frequencies = frequencies(rotated, base);
    rope.ifPresent(
        r -> {
          scale(frequencies, r);
          r.refuseUnread(NONE);
        });
    return rotary(Positions.Pairing.HALVES, frequencies);
  }

  private static void checkRotated(ConfigJson json, int rotated, Dim dHead) {
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
