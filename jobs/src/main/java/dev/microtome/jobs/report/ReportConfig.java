package dev.microtome.jobs.report;

import dev.microtome.config.ConfigException;
import dev.microtome.config.InputPath;
import dev.microtome.config.Option;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Configuration of {@link Report}. */
public record ReportConfig(
    @Option(doc = "heading of the page", orElse = "\"What Microtome found\"") String title,
    @Option(
            doc =
                "an induction-heads output or run: when the models learnt induction, and their"
                    + " heads; null: no such section",
            orElse = "null")
        Optional<InputPath> heads,
    @Option(
            doc =
                "a framework output or run on the same checkpoints: how far the heads' weights copy;"
                    + " null: not said",
            orElse = "null")
        Optional<InputPath> framework,
    @Option(
            doc =
                "a loss-pca output or run: the checkpoints in the plane of their losses; null: no"
                    + " such picture",
            orElse = "null")
        Optional<InputPath> lossPca,
    @Option(
            doc =
                "an evaluate-sae output or run: what sparse autoencoders lose; null: no such section",
            orElse = "null")
        Optional<InputPath> saeEvaluation,
    @Option(
            doc =
                "a sae-features output or run: features with examples, and a link to its pages; null: no such section",
            orElse = "null")
        Optional<InputPath> saeFeatures,
    @Option(
            doc =
                "an evaluate-erasure output or run: what probes find after erasers; null: no such section",
            orElse = "null")
        Optional<InputPath> erasure,
    @Option(
            doc =
                "a token-losses output or run of the models as they are, beside erased-losses; null:"
                    + " what erasing costs is not said",
            orElse = "null")
        Optional<InputPath> losses,
    @Option(
            doc =
                "a token-losses output or run of the same models and tokens with erasers; null: what"
                    + " erasing costs is not said",
            orElse = "null")
        Optional<InputPath> erasedLosses,
    @Option(
            doc =
                "outputs or runs of any jobs whose time, rows and bytes are listed, in this order",
            orElse = "[]")
        List<InputPath> steps) {

  public ReportConfig {
    steps = List.copyOf(steps);
    if (title.isBlank()) {
      throw new ConfigException("title", "\"" + title + "\"", "must be a text");
    }
    if (losses.isPresent() != erasedLosses.isPresent()
        || (losses.isPresent() && erasure.isEmpty())) {
      throw new ConfigException(
          "erased-losses",
          erasedLosses.map(InputPath::value).orElse("null"),
          "losses and erased-losses are compared in the section of erasure: give all three");
    }
    if (framework.isPresent() && heads.isEmpty()) {
      throw new ConfigException(
          "framework", framework.get(), "is said of heads: heads must be given, too");
    }
    if (steps.isEmpty()
        && Stream.of(heads, lossPca, saeEvaluation, saeFeatures, erasure)
            .allMatch(Optional::isEmpty)) {
      throw new ConfigException(
          "heads",
          "null",
          "at least one input is needed: heads, loss-pca, sae-evaluation, sae-features, erasure or"
              + " steps");
    }
  }
}
