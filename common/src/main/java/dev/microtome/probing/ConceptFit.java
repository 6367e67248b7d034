package dev.microtome.probing;

import dev.microtome.linalg.Cholesky;
import dev.microtome.linalg.Matrix;
import dev.microtome.optim.Lbfgs;
import dev.microtome.optim.LbfgsSearch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The probes of one concept of classes, fitted by passes over rows that are elsewhere: asks, and is
 * told sums. The searches of all ridges, folds and control labels go on in the same passes. The
 * probes are {@link ProbeTrainer}'s, of the same rows the same but for rounding.
 */
final class ConceptFit {
  private static final int NONE = -1;

  private enum Phase {
    CONTROL_COUNTS,
    SEARCH,
    HELD,
    SCORES,
    DONE
  }

  /** A ridge's regression of some folds and labels; the search is null where there is one class. */
  @SuppressWarnings("ArrayRecordComponent") // of one fit
  private record Running(
      double c,
      int leftOut,
      Labelling labelling,
      int[] present,
      LogisticProblem problem,
      LbfgsSearch search) {
    boolean isOpen() {
      return search != null && !search.isDone();
    }
  }

  private final ConceptSums sums;
  private final ProbeSettings settings;
  private final double[] mean;
  private final Matrix scatter;
  private final Map<List<Object>, Cholesky> factors = new HashMap<>();
  private final Optional<Labelling> control;
  private final List<Running> running = new ArrayList<>();
  private final List<ProbeTrainer.Classifier> classifiers = new ArrayList<>();
  private long[] controlCounts = {};
  private RidgePath path = new RidgePath(List.of());
  private final Map<ProbeKind, LogisticProbe> probes = new EnumMap<>(ProbeKind.class);
  private Phase phase = Phase.CONTROL_COUNTS;
  private HookPass.ConceptAsks asks;

  /**
   * Begins a fit.
   *
   * @throws IllegalArgumentException if a class has no row to fit to, there is none to score on, or
   *     all are of one fold
   */
  ConceptFit(ConceptSums sums, ProbeSettings settings, ProbeTrainer.Control control) {
    this.sums = sums;
    this.settings = settings;
    ProbeTrainer.requireAll(sums.fitted(NONE), sums.concept().names());
    int d = sums.dimensions();
    double[] all = sums.moments().get(0).mean();
    mean = Arrays.copyOf(all, d);
    boolean searches = settings.kinds().contains(ProbeKind.LOGISTIC);
    scatter = searches ? sums.moments().get(0).scatter(0, d, 0, d) : Matrix.zeros(0, 0);
    this.control =
        searches && control == ProbeTrainer.Control.FITTED && sums.hasTokens()
            ? Optional.of(new Labelling(sums.fitted(NONE), settings.split().seed()))
            : Optional.empty();
    if (searches && settings.cs().size() > 1 && folds().length < 2) {
      throw new IllegalArgumentException(
          "All %d rows are in one fold: cross-validation needs two".formatted(sums.fittedRows()));
    }
    skip();
  }

  private int[] folds() {
    return IntStream.range(0, settings.split().folds())
        .filter(fold -> ConceptSums.total(sums.counts(fold)) > 0)
        .toArray();
  }

  /** What the next pass is to sum up; nothing when all probes are there. */
  HookPass.ConceptAsks asks() {
    return asks;
  }

  private List<RowsAsk> ask() {
    return switch (phase) {
      case CONTROL_COUNTS ->
          control.<RowsAsk>map(labels -> new RowsAsk.Counts(labels, classes())).stream().toList();
      case SEARCH -> open().stream().map(this::gradient).toList();
      case HELD -> crossValidated().stream().map(this::held).toList();
      case SCORES -> scored();
      case DONE -> List.of();
    };
  }

  /** Takes what was asked for, in its order. */
  void accept(List<PassSums.Sum> answers) {
    switch (phase) {
      case CONTROL_COUNTS -> {
        controlCounts = new long[classes()];
        for (int i = 0; i < controlCounts.length; i++) {
          controlCounts[i] = (long) answers.get(0).numbers()[i];
        }
      }
      case SEARCH -> {
        List<Running> told = open();
        for (int i = 0; i < told.size(); i++) {
          tell(told.get(i), answers.get(i).numbers());
        }
      }
      case HELD -> path = path(answers);
      case SCORES -> finish(answers);
      case DONE -> throw new IllegalStateException("Nothing was asked");
    }
    if (phase != Phase.SEARCH || open().isEmpty()) {
      advance();
    }
    skip();
  }

  /** Asks, and goes on over phases that ask nothing. */
  private void skip() {
    List<RowsAsk> next = ask();
    while (phase != Phase.DONE && next.isEmpty()) {
      advance();
      next = ask();
    }
    asks = new HookPass.ConceptAsks(sums.concept().from(), next);
  }

  private void advance() {
    phase =
        switch (phase) {
          case CONTROL_COUNTS -> Phase.SEARCH;
          case SEARCH -> Phase.HELD;
          case HELD -> Phase.SCORES;
          case SCORES, DONE -> Phase.DONE;
        };
    if (phase == Phase.SEARCH && settings.kinds().contains(ProbeKind.LOGISTIC)) {
      begin();
    } else if (phase == Phase.HELD && settings.cs().size() == 1) {
      path =
          new RidgePath(
              List.of(new RidgePath.Candidate(settings.cs().get(0), Double.NaN, Double.NaN)));
    }
  }

  private void begin() {
    for (double c : settings.cs()) {
      if (settings.cs().size() > 1) {
        for (int fold : folds()) {
          running.add(running(c, fold, Labelling.OWN, sums.fitted(fold)));
        }
      }
      running.add(running(c, NONE, Labelling.OWN, sums.fitted(NONE)));
      control.ifPresent(labels -> running.add(running(c, NONE, labels, controlCounts)));
    }
  }

  private Running running(double c, int leftOut, Labelling labelling, long[] counts) {
    int[] present = IntStream.range(0, classes()).filter(i -> counts[i] > 0).toArray();
    if (present.length == 1) {
      return new Running(c, leftOut, labelling, present, null, null);
    }
    Cholesky factor =
        factors.computeIfAbsent(
            List.of(c, present.length),
            unused -> LogisticProblem.factor(scatter, c, present.length));
    LogisticProblem problem =
        new LogisticProblem(present, classes(), mean, ConceptSums.total(counts), c, factor);
    return new Running(
        c, leftOut, labelling, present, problem, new LbfgsSearch(Lbfgs.DEFAULT, problem.start()));
  }

  private int classes() {
    return sums.concept().names().size();
  }

  private List<Running> open() {
    return running.stream().filter(Running::isOpen).toList();
  }

  private RowsAsk gradient(Running each) {
    LogisticWeights weights = each.problem().weights(each.search().wanted());
    return new RowsAsk.Gradient(
        each.leftOut(),
        each.labelling(),
        each.present(),
        mean,
        new RowsAsk.Weights(each.present().length, weights.w().toArray(), weights.b()));
  }

  private static void tell(Running each, double[] numbers) {
    double[] point = each.search().wanted();
    LogisticWeights weights = each.problem().weights(point);
    int outputs = weights.b().length;
    int d = weights.w().columns();
    Matrix byWeights = Matrix.of(outputs, d, Arrays.copyOfRange(numbers, 1, 1 + outputs * d));
    double[] byIntercepts = Arrays.copyOfRange(numbers, 1 + outputs * d, numbers.length);
    each.search()
        .tell(
            each.problem()
                .at(point, weights, new LogisticSums(numbers[0], byWeights, byIntercepts)));
  }

  private LogisticProbe probe(Running each) {
    return each.search() == null
        ? LogisticProblem.constant(each.present()[0], classes(), mean.length)
        : each.problem().probe(each.search().minimum().point().at());
  }

  private List<Running> crossValidated() {
    return running.stream().filter(each -> each.leftOut() != NONE).toList();
  }

  private RowsAsk held(Running each) {
    return new RowsAsk.Held(
        each.leftOut(), RowsAsk.Weights.of(probe(each)), sums.fitted(each.leftOut()));
  }

  private RidgePath path(List<PassSums.Sum> answers) {
    List<Running> asked = crossValidated();
    List<RidgePath.Candidate> candidates = new ArrayList<>();
    for (double c : settings.cs()) {
      double[] all = new double[4];
      for (int i = 0; i < asked.size(); i++) {
        for (int j = 0; j < all.length && asked.get(i).c() == c; j++) {
          all[j] += answers.get(i).numbers()[j];
        }
      }
      candidates.add(new RidgePath.Candidate(c, all[0] / all[1], all[2] / all[3]));
    }
    return new RidgePath(candidates);
  }

  private Running chosen(Labelling labelling) {
    double c = path.best().c();
    return running.stream()
        .filter(
            each -> each.leftOut() == NONE && each.labelling().equals(labelling) && each.c() == c)
        .findFirst()
        .orElseThrow();
  }

  private LogisticProbe probe(ProbeKind kind) {
    return probes.computeIfAbsent(kind, this::made);
  }

  private LogisticProbe made(ProbeKind kind) {
    return switch (kind) {
      case LOGISTIC -> probe(chosen(Labelling.OWN));
      case MASS_MEAN -> ClassMeans.of(sums.moments().get(0), mean.length).massMean();
      case DIFFERENCE_OF_MEANS ->
          ClassMeans.of(sums.moments().get(0), mean.length).differenceOfMeans();
      case MLP -> throw new IllegalArgumentException("a network is fitted to rows in memory");
    };
  }

  private List<RowsAsk> scored() {
    long[] fitted = sums.fitted(NONE);
    List<RowsAsk> asks = new ArrayList<>();
    for (ProbeKind kind : settings.kinds()) {
      asks.add(new RowsAsk.Scores(Labelling.OWN, RowsAsk.Weights.of(probe(kind)), fitted));
      if (kind == ProbeKind.LOGISTIC && control.isPresent()) {
        Labelling labels = control.get();
        asks.add(new RowsAsk.Scores(labels, RowsAsk.Weights.of(probe(chosen(labels))), fitted));
      }
    }
    return asks;
  }

  private void finish(List<PassSums.Sum> answers) {
    long[] fitted = sums.fitted(NONE);
    int at = 0;
    for (ProbeKind kind : settings.kinds()) {
      ProbeScore score = ProbeScore.of(answers.get(at), fitted);
      at++;
      double controlAccuracy = Double.NaN;
      boolean logistic = kind == ProbeKind.LOGISTIC;
      if (logistic && control.isPresent()) {
        controlAccuracy = ProbeScore.of(answers.get(at), fitted).accuracy();
        at++;
      }
      classifiers.add(
          new ProbeTrainer.Classifier(
              kind,
              probe(kind),
              score,
              controlAccuracy,
              logistic ? Optional.of(path) : Optional.empty(),
              !logistic || hasConverged(chosen(Labelling.OWN))));
    }
  }

  private static boolean hasConverged(Running each) {
    return each.search() == null || each.search().minimum().converged();
  }

  /** The probes in the order of the settings, once nothing is asked any more. */
  List<ProbeTrainer.Classifier> classifiers() {
    return List.copyOf(classifiers);
  }
}
