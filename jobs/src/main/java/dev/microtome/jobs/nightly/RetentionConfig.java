package dev.microtome.jobs.nightly;

import dev.microtome.config.ConfigException;
import dev.microtome.config.Option;
import java.util.Optional;

/** What becomes of old runs. */
record RetentionConfig(
    @Option(
            doc =
                "after a night of all steps in which all is well, the newest successful runs to keep of each"
                    + " step and of the nights themselves, as clean does; null: none is removed",
            orElse = "null")
        Optional<Integer> keep) {
  RetentionConfig {
    if (keep.isPresent() && keep.get() < 1) {
      throw new ConfigException("retention.keep", keep.get(), "must be at least 1, or null");
    }
  }
}
