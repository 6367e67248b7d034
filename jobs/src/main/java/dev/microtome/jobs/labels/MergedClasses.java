package dev.microtome.jobs.labels;

import dev.microtome.erasure.ConceptTargets;
import dev.microtome.erasure.QuadraticFitter;
import dev.microtome.jobs.Relay;
import dev.microtome.run.RejectedContentException;
import dev.microtome.stats.Moments;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The moments of all parts for one hook point and each class of a concept. */
public final class MergedClasses {
  private final List<MergedConcept> classes;

  private MergedClasses(List<MergedConcept> classes) {
    this.classes = classes;
  }

  /**
   * Reads them.
   *
   * @param files of the relay for each class, in the order of the rows behind them; of the first
   *     class at least one, for it says how many activations have no label
   * @throws RejectedContentException if activations have several widths
   */
  public static MergedClasses read(Relay relay, List<List<String>> files) throws IOException {
    List<MergedConcept> classes = new ArrayList<>();
    for (List<String> ofClass : files) {
      classes.add(ofClass.isEmpty() ? classes.get(0).empty() : MergedConcept.read(relay, ofClass));
    }
    return new MergedClasses(classes);
  }

  /**
   * Counts, once they are known not to mislead.
   *
   * @throws RejectedContentException if too few rows and labels meet, or a class has one row, or
   *     none
   */
  public Map<String, Double> check(ConceptTargets target, LabelShares shares) {
    MergedConcept first = classes.get(0);
    long rows = classes.stream().mapToLong(each -> each.sum().count()).sum();
    Map<String, Double> metrics =
        new TargetCounts(
                first.hook(), target, rows, first.unlabelled(), at -> classes.get(at).sum().count())
            .check(shares);
    for (int label = 0; label < classes.size(); label++) {
      if (classes.get(label).sum().count() == 0) {
        throw new RejectedContentException(
            "%s, concept '%s': no activation is of class '%s', which has so no covariance"
                .formatted(first.hook(), target.concept(), target.names().get(label)));
      }
    }
    return metrics;
  }

  /** What an eraser is fitted by. */
  public QuadraticFitter fitter() {
    List<Moments> sums = classes.stream().map(MergedConcept::sum).toList();
    return QuadraticFitter.of(sums.get(0).columns(), sums);
  }
}
