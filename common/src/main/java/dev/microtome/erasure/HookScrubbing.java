package dev.microtome.erasure;

import dev.microtome.linalg.Matrix;
import dev.microtome.model.HookPoint;
import dev.microtome.stats.Moments;
import dev.microtome.stats.Seeds;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Erasers of one hook point in concept scrubbing (Belrose et al. 2023): the concept's, and of
 * random subspaces of its rank. Each is fitted to activations of a model of its own, in which the
 * erasers of its kind are in place at all hook points below and not at this one.
 *
 * @param concept the concept's eraser and what its fit says
 * @param largestCorrelation of an activation's number and a target, before
 * @param random erasers of random subspaces, by number
 * @param randomEffects what they do
 */
public record HookScrubbing(
    LeaceFit concept,
    double largestCorrelation,
    List<LeaceEraser> random,
    List<ErasureEffect> randomEffects) {
  /** Name of the model with the concept's erasers. */
  public static final String SCRUBBED = "scrubbed";

  private static final String RANDOM = "random_";

  /**
   * Correlations up to this are rounding. Erasers below that span the same space, such as those of
   * a layer's input for its keys, leave 1e-7 or so in float32. By chance alone, without any
   * erasure, the largest of n rows is about n^(-1/2): 1e-4 of a hundred million.
   */
  private static final double ROUNDING = 1e-5;

  public HookScrubbing {
    random = List.copyOf(random);
    randomEffects = List.copyOf(randomEffects);
  }

  /** Name of the model with erasers of random subspaces. */
  public static String random(int number) {
    return RANDOM + (number + 1);
  }

  /**
   * Fits the erasers.
   *
   * @param fitter activations and targets in the scrubbed model
   * @param others of each model with random erasers, moments of the activations, of the same tokens
   * @param seed of the run; a subspace depends on it, its number, the hook point and the rank
   * @throws IllegalArgumentException if no target varies
   */
  public static HookScrubbing fit(
      HookPoint hook,
      LeaceFitter fitter,
      List<Moments> others,
      EraserSettings settings,
      long seed) {
    double correlation = fitter.largestCorrelation();
    LeaceFit fit =
        fitter.fit(
            correlation > ROUNDING
                ? settings
                : settings.tolerating(SingularValueTolerance.absolute(Double.MAX_VALUE)));
    List<LeaceEraser> random = new ArrayList<>();
    List<ErasureEffect> effects = new ArrayList<>();
    for (int number = 0; number < others.size(); number++) {
      Moments moments = others.get(number);
      double[] mean = moments.mean();
      LeaceEraser eraser =
          RandomSubspace.eraser(
              fit.eraser().rank(),
              settings.affine() ? mean : new double[mean.length],
              Seeds.of(seed, "random subspace of " + hook, number));
      Matrix scatter = moments.scatter(0, mean.length, 0, mean.length);
      random.add(eraser);
      effects.add(ErasureEffect.of(eraser, mean, scatter.scaled(1.0 / moments.count())));
    }
    return new HookScrubbing(fit, correlation, random, effects);
  }

  /** The erasers by the name that a file has of them: the concept, {@code random_1} … */
  public Map<String, LeaceEraser> named(String conceptName) {
    Map<String, LeaceEraser> named = new LinkedHashMap<>();
    named.put(conceptName, concept.eraser());
    for (int number = 0; number < random.size(); number++) {
      named.put(random(number), random.get(number));
    }
    return named;
  }

  /** What the erasers do, a row each. */
  public List<ScrubbedHookRow> rows(String conceptName, HookPoint hook, int place) {
    List<ScrubbedHookRow> rows = new ArrayList<>();
    rows.add(
        row(
            SCRUBBED,
            conceptName,
            hook,
            place,
            concept.eraser(),
            largestCorrelation,
            concept.effect()));
    for (int number = 0; number < random.size(); number++) {
      rows.add(
          row(
              random(number),
              conceptName,
              hook,
              place,
              random.get(number),
              Double.NaN,
              randomEffects.get(number)));
    }
    return rows;
  }

  private ScrubbedHookRow row(
      String variant,
      String conceptName,
      HookPoint hook,
      int place,
      LeaceEraser eraser,
      double correlation,
      ErasureEffect effect) {
    return new ScrubbedHookRow(
        variant,
        conceptName,
        hook.address(),
        place,
        concept.rows(),
        eraser.dimensions(),
        eraser.rank(),
        correlation,
        effect.variance(),
        effect.varianceAfter(),
        effect.squaredDistance());
  }
}
