package dev.microtome.model;

import dev.microtome.stats.Seeds;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * How the next token is drawn from logits.
 *
 * @param temperature logits are divided by it; positive
 * @param topK only so many of the likeliest tokens can be drawn; 0 for all
 * @param topP only the likeliest tokens whose probabilities reach it can be drawn (nucleus
 *     sampling, Holtzman et al. 2019); 1 for all
 * @param seed with the prompt's index in the list given to {@link Generation#run} and the step it
 *     decides the draw, and nothing else does: a prompt keeps its continuation only as long as it
 *     keeps its index
 */
public record Sampling(double temperature, int topK, double topP, long seed) {
  public Sampling {
    if (!(temperature > 0) || topK < 0 || !(topP > 0 && topP <= 1)) {
      throw new IllegalArgumentException(
          "Sampling needs temperature > 0, topK ≥ 0, 0 < topP ≤ 1: %s, %d, %s"
              .formatted(temperature, topK, topP));
    }
  }

  /** Draws from the model's own distribution. */
  public static Sampling of(long seed) {
    return new Sampling(1, 0, 1, seed);
  }

  int draw(float[] logits, int prompt, int step) {
    int[] order =
        IntStream.range(0, logits.length)
            .boxed()
            .sorted((a, b) -> Float.compare(logits[b], logits[a]))
            .mapToInt(Integer::intValue)
            .toArray();
    int candidates = topK == 0 ? order.length : Math.min(topK, order.length);
    double[] weights = new double[candidates];
    double total = 0;
    for (int i = 0; i < candidates; i++) {
      weights[i] = Math.exp((logits[order[i]] - logits[order[0]]) / temperature);
      total += weights[i];
    }
    double nucleus = 0;
    int kept = 0;
    while (kept < candidates && nucleus < topP * total) {
      nucleus += weights[kept++];
    }
    double left = uniform(prompt, step) * nucleus;
    for (int i = 0; i < kept; i++) {
      left -= weights[i];
      if (left < 0) {
        return order[i];
      }
    }
    return order[kept - 1];
  }

  private double uniform(int prompt, int step) {
    return new SplittableRandom(Seeds.of(seed, "sampling", prompt, step)).nextDouble();
  }
}
