package dev.microtome.probing;

import dev.microtome.stats.Moments;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Fits the probes of one hook point and concept to the rows of some sequences and scores them on
 * those of others.
 */
public final class ProbeTrainer {
  /** Fold whose rows tell a network when to stop. */
  private static final int STOPPING_FOLD = 0;

  private final ProbeSettings settings;

  public ProbeTrainer(ProbeSettings settings) {
    this.settings = settings;
  }

  /**
   * A classifier and what it is worth.
   *
   * @param control accuracy on {@link ControlLabels} of a probe fitted to them alike; NaN where
   *     tokens are not known or the probe was not asked for it
   * @param path ridges tried; empty but for a logistic regression
   * @param converged whether the search ended at the minimum
   */
  public record Classifier(
      ProbeKind kind,
      ClassProbe probe,
      ProbeScore score,
      double control,
      Optional<RidgePath> path,
      boolean converged) {}

  /**
   * A regression of numbers.
   *
   * @param path ridges tried
   * @param r2 of each target over the held-out rows
   * @param meanSquares √ of the mean squared error, in the target's unit
   */
  public record Regression(
      RidgeRegression fit,
      List<RidgeRegression.Candidate> path,
      List<Double> r2,
      List<Double> meanSquares) {
    /** The ridge chosen. */
    public double ridge() {
      return RidgeRegression.best(path);
    }
  }

  /** Whether a probe is also fitted to control labels. */
  public enum Control {
    /** Logistic regressions and networks are, where tokens are known. */
    FITTED,

    /** None is. */
    NONE
  }

  /**
   * Fits and scores classifiers.
   *
   * @throws IllegalArgumentException if a class has no row to fit to, or all rows are of one fold
   */
  public List<Classifier> classifiers(
      Examples train, Examples test, List<String> classes, Control control) {
    long[] counts = train.counts(classes.size());
    requireAll(counts, classes);
    Optional<ClassMeans> means =
        settings.kinds().contains(ProbeKind.MASS_MEAN)
                || settings.kinds().contains(ProbeKind.DIFFERENCE_OF_MEANS)
            ? Optional.of(ClassMeans.of(train.classMoments(counts.length), train.x().columns()))
            : Optional.empty();
    List<Classifier> fitted = new ArrayList<>();
    for (ProbeKind kind : settings.kinds()) {
      fitted.add(
          switch (kind) {
            case LOGISTIC -> logistic(train, test, counts, control);
            case MLP -> network(train, test, counts, control);
            case MASS_MEAN -> mean(kind, means.orElseThrow().massMean(), test, counts);
            case DIFFERENCE_OF_MEANS ->
                mean(kind, means.orElseThrow().differenceOfMeans(), test, counts);
          });
    }
    return fitted;
  }

  /**
   * Refuses classes without rows.
   *
   * @param counts of rows that are fitted to
   */
  static void requireAll(long[] counts, List<String> classes) {
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] == 0) {
        throw new IllegalArgumentException(
            "class '%s' has no row in the sequences to fit to; join it with another, or take another seed"
                .formatted(classes.get(i)));
      }
    }
  }

  private static Classifier mean(
      ProbeKind kind, LogisticProbe probe, Examples test, long[] counts) {
    return new Classifier(
        kind, probe, score(probe, test, test.labels(), counts), Double.NaN, Optional.empty(), true);
  }

  private static ProbeScore score(ClassProbe probe, Examples test, int[] labels, long[] counts) {
    return ProbeScore.of(probe, test.x(), labels, test.sequences(), counts);
  }

  private Classifier logistic(Examples train, Examples test, long[] counts, Control control) {
    int[] labels = train.labels();
    RidgePath path =
        RidgePath.of(
            train.x(),
            labels,
            counts.length,
            settings.split().folds(train.sequences()),
            settings.cs());
    double c = path.best().c();
    LogisticFitter.Fit fit = new LogisticFitter(train.x(), labels, counts.length).fit(c);
    double controlAccuracy = Double.NaN;
    if (controls(train, test, control)) {
      LogisticProbe probe =
          new LogisticFitter(train.x(), control(train, counts), counts.length).fit(c).probe();
      controlAccuracy = score(probe, test, control(test, counts), counts).accuracy();
    }
    return new Classifier(
        ProbeKind.LOGISTIC,
        fit.probe(),
        score(fit.probe(), test, test.labels(), counts),
        controlAccuracy,
        Optional.of(path),
        fit.converged());
  }

  private Classifier network(Examples train, Examples test, long[] counts, Control control) {
    MlpProbe probe = network(train, train.labels(), counts.length);
    double controlAccuracy = Double.NaN;
    if (controls(train, test, control)) {
      MlpProbe other = network(train, control(train, counts), counts.length);
      controlAccuracy = score(other, test, control(test, counts), counts).accuracy();
    }
    return new Classifier(
        ProbeKind.MLP,
        probe,
        score(probe, test, test.labels(), counts),
        controlAccuracy,
        Optional.empty(),
        true);
  }

  private MlpProbe network(Examples train, int[] labels, int classes) {
    int[] folds = settings.split().folds(train.sequences());
    int[] stop = where(folds, true);
    int[] rest = where(folds, false);
    if (stop.length == 0 || rest.length == 0) {
      throw new IllegalArgumentException(
          "%d of %d rows tell a network when to stop: more sequences, or another seed, are needed"
              .formatted(stop.length, folds.length));
    }
    try (ProbeRows x = train.x().select(rest);
        ProbeRows validation = train.x().select(stop)) {
      return MlpProbe.fit(
          x,
          IntStream.of(rest).map(i -> labels[i]).toArray(),
          validation,
          IntStream.of(stop).map(i -> labels[i]).toArray(),
          classes,
          settings.mlp(),
          settings.split().seed());
    }
  }

  private static int[] where(int[] folds, boolean stopping) {
    return IntStream.range(0, folds.length)
        .filter(i -> (folds[i] == STOPPING_FOLD) == stopping)
        .toArray();
  }

  private static boolean controls(Examples train, Examples test, Control control) {
    return control == Control.FITTED && train.hasTokens() && test.hasTokens();
  }

  private int[] control(Examples examples, long[] counts) {
    return ControlLabels.of(examples.tokens(), counts, settings.split().seed());
  }

  /**
   * Fits and scores a regression of all targets, its ridge chosen over folds of sequences.
   *
   * @param names of the targets
   * @throws IllegalArgumentException if one is the same number in all rows to fit to
   */
  public Regression regression(Examples train, Examples test, List<String> names) {
    int d = train.x().columns();
    int[] folds = settings.split().folds(train.sequences());
    List<Moments> moments = new ArrayList<>();
    for (int fold = 0; fold < settings.split().folds(); fold++) {
      int which = fold;
      int[] rows = IntStream.range(0, folds.length).filter(i -> folds[i] == which).toArray();
      if (rows.length > 0) {
        moments.add(train.moments(rows));
      }
    }
    return regression(moments, test.moments(), d, names, settings.ridges());
  }

  /**
   * The same of moments.
   *
   * @param folds of x [d] and the numbers, of folds with rows
   * @param held of the rows to score on
   */
  static Regression regression(
      List<Moments> folds, Moments held, int d, List<String> names, List<Double> ridges) {
    requireVary(RidgeRegression.merged(folds, -1), d, names);
    List<RidgeRegression.Candidate> path = RidgeRegression.crossValidated(folds, d, ridges);
    double ridge = RidgeRegression.best(path);
    RidgeRegression fit =
        RidgeRegression.path(RidgeRegression.merged(folds, -1), d, List.of(ridge)).get(0);
    List<Double> r2 = new ArrayList<>();
    for (double each : fit.r2(held)) {
      r2.add(each);
    }
    List<Double> meanSquares = new ArrayList<>();
    for (double each : fit.squaredErrors(held)) {
      meanSquares.add(Math.sqrt(Math.max(0, each) / held.count()));
    }
    return new Regression(fit, path, r2, meanSquares);
  }

  private static void requireVary(Moments moments, int d, List<String> names) {
    for (int i = 0; i < names.size(); i++) {
      int at = d + i;
      if (moments.scatter(at, at + 1, at, at + 1).trace() == 0) {
        throw new IllegalArgumentException(
            "%s is %s in all %,d rows to fit to; there is nothing to predict"
                .formatted(names.get(i), moments.mean()[at], moments.count()));
      }
    }
  }
}
