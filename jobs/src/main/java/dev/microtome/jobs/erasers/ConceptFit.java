package dev.microtome.jobs.erasers;

import dev.microtome.erasure.ConceptTargets;
import dev.microtome.erasure.LabelledErasure;
import dev.microtome.erasure.LeaceEraser;
import dev.microtome.erasure.LeaceFit;
import dev.microtome.erasure.OracleFit;
import dev.microtome.erasure.QuadraticFit;
import java.util.Map;
import java.util.Optional;

/**
 * An eraser of one kind or the other, and what its fit says.
 *
 * @param metrics by name
 */
record ConceptFit(
    Optional<LeaceEraser> eraser, Optional<LabelledErasure> labelled, Map<String, Double> metrics) {

  static ConceptFit of(LeaceFit fit) {
    return new ConceptFit(Optional.of(fit.eraser()), Optional.empty(), fit.metrics());
  }

  static ConceptFit of(ConceptTargets targets, OracleFit fit) {
    return new ConceptFit(
        Optional.empty(), Optional.of(new LabelledErasure(targets, fit.eraser())), fit.metrics());
  }

  static ConceptFit of(ConceptTargets targets, QuadraticFit fit) {
    return new ConceptFit(
        Optional.empty(), Optional.of(new LabelledErasure(targets, fit.eraser())), fit.metrics());
  }
}
