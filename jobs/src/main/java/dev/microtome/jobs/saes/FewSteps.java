package dev.microtome.jobs.saes;

import java.util.List;
import java.util.Locale;

/** Trainings that end before an SAE can have learned anything. */
final class FewSteps {
  /**
   * Adam moves a weight by about the learning rate a step, 0.04 in as many by default, and the
   * sparsity warm-up is over after 5 of them.
   */
  private static final long ENOUGH = 100;

  private FewSteps() {}

  /** What to say of those parts, a line each. */
  static List<String> warnings(List<SaePart> parts) {
    return parts.stream()
        .filter(part -> part.steps() < ENOUGH)
        .map(
            part ->
                String.format(
                    Locale.ROOT,
                    "%s: training ends after %d steps of %,d tokens, fewer than %d teach an SAE little: lower sae.batch-size, raise epochs or tokens-budget, or give more activations (evaluation-tokens = %,d are kept from them)",
                    String.join(", ", part.names()),
                    part.steps(),
                    part.tokens(1),
                    ENOUGH,
                    part.evaluationTokens()))
        .toList();
  }
}
