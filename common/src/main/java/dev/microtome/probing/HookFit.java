package dev.microtome.probing;

import java.util.ArrayList;
import java.util.List;

/**
 * The probes of one hook point, fitted to all rows of a table by passes over them, wherever they
 * are: what is asked goes out ({@link #next}), sums over parts, merged in their order, come back
 * ({@link #accept}). The same sums lead to the same bits, so that a fit that was killed is taken up
 * by telling it again what it was told.
 *
 * <p>Cost: some dozens of passes for logistic regressions, whatever the number of rows; none for
 * numbers. Of C ridges, F folds and K classes a pass multiplies 4·n·d·K·C·(F + 1) numbers. Memory
 * 8·d² bytes for each concept and ridge.
 */
public final class HookFit {
  private final List<ConceptSums> sums;
  private final ProbeSettings settings;
  private final List<ConceptFit> fits = new ArrayList<>();
  private final List<ConceptSums> ofClasses = new ArrayList<>();

  /**
   * Begins a fit.
   *
   * @param sums of all rows, of each concept
   * @throws IllegalArgumentException if a concept cannot be fitted; its message names the concept
   */
  public HookFit(List<ConceptSums> sums, ProbeSettings settings, ProbeTrainer.Control control) {
    this.sums = List.copyOf(sums);
    this.settings = settings;
    for (ConceptSums each : sums) {
      try {
        if (each.fittedRows() == 0 || each.heldRows() == 0) {
          throw new IllegalArgumentException(
              "sequences to fit to or to score on are missing; more sequences, or another seed, are needed");
        }
        if (each.concept().targets() == ConceptSums.Targets.CLASSES) {
          fits.add(new ConceptFit(each, settings, control));
          ofClasses.add(each);
        }
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "concept '%s': %s".formatted(each.concept().name(), e.getMessage()), e);
      }
    }
  }

  /** Whether nothing is asked any more. */
  public boolean isDone() {
    return fits.stream().allMatch(fit -> fit.asks().asks().isEmpty());
  }

  /** What is asked of the rows next. */
  public HookPass next() {
    return new HookPass(fits.stream().map(ConceptFit::asks).toList());
  }

  /** Takes the sums over all parts of what {@link #next} has asked. */
  public void accept(PassSums answers) {
    int at = 0;
    for (ConceptFit fit : fits) {
      int many = fit.asks().asks().size();
      if (many > 0) {
        fit.accept(answers.sums().subList(at, at + many));
      }
      at += many;
    }
  }

  /** What comes of one concept: classifiers, or a regression. */
  public record Fitted(
      ConceptSums.Concept concept,
      long trainRows,
      long testRows,
      List<ProbeTrainer.Classifier> classifiers,
      List<ProbeTrainer.Regression> regressions) {
    public Fitted {
      classifiers = List.copyOf(classifiers);
      regressions = List.copyOf(regressions);
    }
  }

  /**
   * The probes of all concepts, once {@link #isDone}.
   *
   * @throws IllegalArgumentException if a number is the same in all rows to fit to
   */
  public List<Fitted> fitted() {
    List<Fitted> all = new ArrayList<>();
    for (ConceptSums each : sums) {
      int place = ofClasses.indexOf(each);
      all.add(
          new Fitted(
              each.concept(),
              each.fittedRows(),
              each.heldRows(),
              place < 0 ? List.of() : fits.get(place).classifiers(),
              place < 0 ? List.of(regression(each)) : List.of()));
    }
    return all;
  }

  private ProbeTrainer.Regression regression(ConceptSums of) {
    int folds = of.split().folds();
    try {
      return ProbeTrainer.regression(
          of.moments().subList(0, folds).stream().filter(moments -> moments.count() > 0).toList(),
          of.moments().get(folds),
          of.dimensions(),
          of.concept().names(),
          settings.ridges());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "concept '%s': %s".formatted(of.concept().name(), e.getMessage()), e);
    }
  }
}
