package dev.microtome.probing;

import java.io.Serializable;
import java.util.List;

/**
 * Which probes are fitted, and how.
 *
 * @param kinds classifiers
 * @param cs weights of the losses against the ridge that logistic regressions choose from
 * @param ridges those that regressions of numbers choose from, as {@link RidgeRegression#path}
 *     takes them
 */
public record ProbeSettings(
    List<ProbeKind> kinds,
    List<Double> cs,
    List<Double> ridges,
    MlpSettings mlp,
    SequenceSplit split)
    implements Serializable {
  public ProbeSettings {
    kinds = List.copyOf(kinds);
    cs = List.copyOf(cs);
    ridges = List.copyOf(ridges);
  }
}
