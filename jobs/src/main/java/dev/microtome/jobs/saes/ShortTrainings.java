package dev.microtome.jobs.saes;

import dev.microtome.sae.BatchTopKSae;
import dev.microtome.sae.MatryoshkaSae;
import dev.microtome.sae.TopKSae;
import dev.microtome.sae.training.SaeRecipe;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Trainings that end before an SAE can have learned anything, or a feature can have died. */
final class ShortTrainings {
  /**
   * Adam moves a weight by about the learning rate a step, 0.04 in as many by default, and the
   * sparsity warm-up is over after 5 of them.
   */
  private static final long ENOUGH = 100;

  private ShortTrainings() {}

  /** What to say of those parts, a line each. */
  static List<String> warnings(List<SaePart> parts) {
    return parts.stream()
        .flatMap(part -> part.steps() < ENOUGH ? Stream.of(fewSteps(part)) : noneDies(part))
        .toList();
  }

  private static String fewSteps(SaePart part) {
    return String.format(
        Locale.ROOT,
        "%s: training ends after %d steps of %,d tokens, fewer than %d teach an SAE little: lower sae.batch-size, raise epochs or tokens-budget, or give more activations (evaluation-tokens = %,d are kept from them)",
        String.join(", ", part.names()),
        part.steps(),
        part.tokens(1),
        ENOUGH,
        part.evaluationTokens());
  }

  private static Stream<String> noneDies(SaePart part) {
    long tokens = part.tokens(part.steps());
    List<SaeRecipe> recipes =
        part.recipes().stream()
            .filter(recipe -> recipe.deadAfterTokens() * part.workers() > tokens)
            .toList();
    if (recipes.isEmpty()) {
      return Stream.empty();
    }
    String names = recipes.stream().map(SaeRecipe::name).collect(Collectors.joining(", "));
    return Stream.of(
        String.format(
            Locale.ROOT,
            "%s: trained on %,d tokens, within which no feature counts as dead: dead_fraction stays 0%s; lower sae.dead-after-tokens",
            names,
            tokens,
            recipes.stream().anyMatch(ShortTrainings::revives)
                ? " and no dead feature is revived"
                : ""));
  }

  private static boolean revives(SaeRecipe recipe) {
    Object architecture = recipe.config().architecture();
    return architecture instanceof TopKSae
        || architecture instanceof BatchTopKSae
        || architecture instanceof MatryoshkaSae;
  }
}
