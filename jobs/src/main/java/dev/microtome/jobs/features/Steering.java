package dev.microtome.jobs.features;

import dev.microtome.jobs.Plan;
import dev.microtome.jobs.TableReader;
import dev.microtome.run.InputException;
import dev.microtome.sae.evaluation.FeatureFacts;
import dev.microtome.sae.evaluation.FeatureLabelRow;
import dev.microtome.sae.evaluation.FeatureSummary;
import dev.microtome.sae.evaluation.FeatureSurvey;
import dev.microtome.sae.evaluation.TokenLabel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which features are steered by, once it is known which goes best with a label.
 *
 * @param surveys of the dictionaries, in their order
 */
record Steering(FeaturePass pass, Gathering gathering, List<FeatureSurvey> surveys) {

  /**
   * A part for each element of {@code steer}.
   *
   * @param sources dictionary of each
   * @throws InputException if a label is not there, or no feature goes with it
   */
  Plan<SteerPart> plan(SaeFeaturesConfig config, List<Integer> sources, TableReader tables)
      throws IOException {
    Map<Integer, List<FeatureLabelRow>> known = new HashMap<>();
    List<SteerPart> parts = new ArrayList<>();
    for (int i = 0; i < config.steer().size(); i++) {
      SteerSettings steer = config.steer().get(i);
      int source = sources.get(i);
      int feature;
      if (steer.feature().isPresent()) {
        feature = steer.feature().get();
      } else {
        if (!known.containsKey(source)) {
          known.put(source, byLabel(source, tables));
        }
        feature = best(steer.label().orElseThrow(), source, known.get(source));
      }
      parts.add(
          new SteerPart(
              source,
              feature,
              steer.label().orElse(""),
              surveys.get(source).statistics().maximum(feature),
              steer.strengths()));
    }
    return new Plan<>(parts, "features", parts.size(), -1, -1);
  }

  private List<FeatureLabelRow> byLabel(int source, TableReader tables) throws IOException {
    FeatureSource dictionary = pass.sources().get(source);
    FeatureFacts facts = gathering.facts(dictionary, 0, 0, tables);
    return FeatureSummary.byLabel(dictionary.name(), facts, 1);
  }

  private int best(String text, int source, List<FeatureLabelRow> byLabel) {
    TokenLabel label = TokenLabel.parse(text).orElseThrow();
    return byLabel.stream()
        .filter(row -> row.concept().equals(label.concept()) && row.value().equals(label.value()))
        .filter(row -> row.correlation() > 0)
        .findFirst()
        .orElseThrow(
            () ->
                new InputException(
                    "steer: no feature of %s goes with label %s (labels are %s)"
                        .formatted(
                            pass.sources().get(source).name(),
                            text,
                            String.join(
                                ", ",
                                byLabel.stream()
                                    .map(row -> row.concept() + "=" + row.value())
                                    .toList()))))
        .feature();
  }
}
