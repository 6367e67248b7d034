package dev.microtome.probing;

import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * The gaps between the true positive rates of two groups, label by label (De-Arteaga et al. 2019):
 * a classifier of professions that knows more of the women among nurses than of the men.
 *
 * @param gaps by label
 */
public record TprGaps(List<TprGap> gaps) {
  /** Shares and gaps are fractions of counts: what differs by less is the same in other bits. */
  private static final double ROUNDING = 1e-14;

  public TprGaps {
    gaps = List.copyOf(gaps);
  }

  /** Labels and groups (0 the first, 1 the second) of equally many documents. */
  @SuppressWarnings("ArrayRecordComponent") // read here alone
  public record Grouped(int[] labels, int[] groups) {
    public Grouped {
      if (labels.length != groups.length) {
        throw new IllegalArgumentException(
            "%d labels and %d groups".formatted(labels.length, groups.length));
      }
    }
  }

  /**
   * Counts.
   *
   * @param guesses of the documents held out
   */
  public static TprGaps of(Grouped train, Grouped test, int[] guesses, int labels) {
    if (guesses.length != test.labels().length) {
      throw new IllegalArgumentException(
          "%d guesses for %d documents".formatted(guesses.length, test.labels().length));
    }
    long[][] fitted = new long[labels][2];
    for (int i = 0; i < train.labels().length; i++) {
      fitted[train.labels()[i]][train.groups()[i]]++;
    }
    long[][] held = new long[labels][2];
    long[][] right = new long[labels][2];
    for (int i = 0; i < guesses.length; i++) {
      int label = test.labels()[i];
      int group = test.groups()[i];
      held[label][group]++;
      right[label][group] += guesses[i] == label ? 1 : 0;
    }
    List<TprGap> gaps = new ArrayList<>();
    for (int i = 0; i < labels; i++) {
      gaps.add(
          new TprGap(fitted[i][0], fitted[i][1], held[i][0], right[i][0], held[i][1], right[i][1]));
    }
    return new TprGaps(gaps);
  }

  /** Labels of which one group has no document held out. */
  public long undefined() {
    return gaps.stream().filter(gap -> !gap.isDefined()).count();
  }

  List<TprGap> defined() {
    return gaps.stream().filter(TprGap::isDefined).toList();
  }

  /** Root of the mean squared gap, over the labels that have one; NaN if none has. */
  public double rms() {
    return rootMeanSquare(TprGap::gap);
  }

  /**
   * Root of the mean squared gap to expect when the groups are permuted within each label: what an
   * RMS is of noise alone; NaN if no label has a gap.
   */
  public double rmsByChance() {
    return rootMeanSquare(TprGap::byChance);
  }

  private double rootMeanSquare(ToDoubleFunction<TprGap> value) {
    return Math.sqrt(
        defined().stream()
            .mapToDouble(value)
            .map(each -> each * each)
            .average()
            .orElse(Double.NaN));
  }

  /**
   * Pearson's correlation of the gap with the first group's share among the documents fitted to,
   * over the labels that have a gap; NaN of fewer than two, or where one does not vary.
   */
  public double shareCorrelation() {
    List<TprGap> all = defined();
    if (!varies(all, TprGap::gap) || !varies(all, TprGap::firstShare)) {
      return Double.NaN;
    }
    double gap = all.stream().mapToDouble(TprGap::gap).average().orElse(Double.NaN);
    double share = all.stream().mapToDouble(TprGap::firstShare).average().orElse(Double.NaN);
    double gaps2 = 0;
    double shares2 = 0;
    double products = 0;
    for (TprGap each : all) {
      double byGap = each.gap() - gap;
      double byShare = each.firstShare() - share;
      gaps2 += byGap * byGap;
      shares2 += byShare * byShare;
      products += byGap * byShare;
    }
    return products / Math.sqrt(gaps2 * shares2);
  }

  /**
   * Interval of that correlation, over the labels as a sample of such labels (Fisher's); NaN of
   * fewer than four, or where the correlation is.
   */
  public Interval shareCorrelationInterval() {
    return Interval.correlation(shareCorrelation(), defined().size());
  }

  /** The mean of equal numbers need not be theirs, and their rounding would correlate. */
  private static boolean varies(List<TprGap> all, ToDoubleFunction<TprGap> value) {
    DoubleSummaryStatistics range = all.stream().mapToDouble(value).summaryStatistics();
    return range.getMax() - range.getMin() > ROUNDING;
  }
}
