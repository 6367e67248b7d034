package dev.microtome.jobs.reproduce;

import dev.microtome.dynamics.LossBump;
import dev.microtome.dynamics.Series;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * All that the pipeline of {@code conf/phase-change.conf} found, read from its tables.
 *
 * @param learnt by model of the sweep
 * @param knockouts the found heads and others, of every model with two layers and every ablation
 * @param circuits of every model with two layers
 * @param bigramDivergence of the model without layers from its corpus, by step, in nats
 * @param skipTrigrams of the one-layer model of the skip-trigram corpus
 */
record Findings(
    Map<String, LearntInduction> learnt,
    LossPlane plane,
    List<Knockouts> knockouts,
    List<Circuit> circuits,
    Series bigramDivergence,
    SimpleLanguages.Precision skipTrigrams) {
  static final List<String> ABLATIONS = List.of("pattern_preserving", "zero", "mean");

  /** Reads the tables below a pipeline's output folder. */
  static Findings of(Path output) {
    RunTables tables = new RunTables(output);
    return new Findings(
        Models.SWEEP.stream()
            .collect(
                Collectors.toMap(
                    Function.identity(), model -> LearntInduction.of(tables, "heads", model))),
        LossPlane.of(tables, "loss-pca"),
        Models.DEEP.stream()
            .flatMap(
                model ->
                    ABLATIONS.stream()
                        .map(ablation -> Knockouts.of(tables, "heads", model, ablation)))
            .toList(),
        Models.DEEP.stream().map(model -> Circuit.of(tables, "heads", "framework", model)).toList(),
        SimpleLanguages.bigramDivergence(tables, "framework", Models.ZERO_LAYERS),
        SimpleLanguages.skipTrigrams(tables, "framework", Models.SKIP_TRIGRAM, "skip-trigrams"));
  }

  LearntInduction learnt(String model) {
    return learnt.get(model);
  }

  LossBump bump(String model) {
    Series slope = learnt(model).lossSlope();
    return LossBump.of(slope.steps(), slope.array());
  }
}
