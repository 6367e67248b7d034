package dev.microtome.jobs.features;

import dev.microtome.config.Names;
import dev.microtome.jobs.JobContext;
import dev.microtome.jobs.Plan;
import dev.microtome.jobs.TableInput;
import dev.microtome.jobs.inputs.TokenSlices;
import dev.microtome.run.RejectedContentException;
import dev.microtome.sae.evaluation.TokenLabel;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The labels that a configuration names, which are looked for before the passes. */
final class LabelNames {
  private static final int LABELS_PER_PART = 1 << 20;

  /** Among which a misspelt one is looked for; a concept may have as many values as tokens. */
  private static final int MOST_NAMES = 4096;

  private LabelNames() {}

  /**
   * The stage that looks for the names in {@code concepts} and {@code steer}; none where there are
   * no names.
   *
   * @throws RejectedContentException if no label has one of them
   */
  static void require(SaeFeaturesConfig config, LabelSource labels, JobContext context)
      throws IOException {
    List<TokenLabel> steered =
        config.steer().stream()
            .flatMap(steer -> steer.label().stream())
            .map(label -> TokenLabel.parse(label).orElseThrow())
            .toList();
    if (config.concepts().isEmpty() && steered.isEmpty()) {
      return;
    }
    List<TableInput.TableFile> files = labels.table().files();
    long rows = files.stream().mapToLong(TableInput.TableFile::rows).sum();
    context.runStage(
        "labels",
        new Plan<>(TokenSlices.cut(files, LABELS_PER_PART), "labels", rows, -1, -1),
        new LabelNamesTask(
            labels, steered.stream().map(TokenLabel::concept).collect(Collectors.toSet())));
    Set<String> wanted = steered.stream().map(TokenLabel::toString).collect(Collectors.toSet());
    Set<String> concepts = new TreeSet<>();
    Set<String> names = new TreeSet<>();
    context.forEachRow(
        FeatureTables.LABEL_NAMES,
        label -> {
          concepts.add(label.concept());
          if (names.size() < MOST_NAMES || wanted.contains(label.toString())) {
            names.add(label.toString());
          }
        });
    for (String concept : config.concepts()) {
      require("concepts: no label has the concept", concept, concepts);
    }
    for (TokenLabel label : steered) {
      require("steer: no label has the concept", label.concept(), concepts);
      require("steer: no token has the label", label.toString(), names);
    }
  }

  private static void require(String problem, String name, Set<String> known) {
    if (!known.contains(name)) {
      throw new RejectedContentException(
          "%s '%s'%s".formatted(problem, name, Names.hint(name, known)));
    }
  }
}
