package dev.microtome.jobs.nightly;

import dev.microtome.config.ConfigException;
import dev.microtome.config.Option;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/** Who is told how a night went. */
record NotifyConfig(
    @Option(doc = "failure: only when a step is not well; always", orElse = "failure") On on,
    @Option(
            doc =
                "program and arguments, started on the driver with the summary as its input and"
                    + " MICROTOME_STATUS (well, failed) and MICROTOME_RUN in its environment; []:"
                    + " none",
            orElse = "[]")
        List<String> command,
    @Option(
            doc =
                "http or https address that gets {\"text\": SUMMARY, \"status\": …, \"run\": …} by"
                    + " POST, as chat services read it; null: none",
            orElse = "null")
        Optional<String> webhook) {
  /** When to tell. */
  enum On {
    FAILURE,
    ALWAYS
  }

  NotifyConfig {
    command = List.copyOf(command);
    if (webhook.isPresent() && !isHttp(webhook.get())) {
      throw new ConfigException("webhook", "***", "must be an http: or https: address");
    }
  }

  private static boolean isHttp(String address) {
    try {
      URI uri = URI.create(address);
      return uri.getHost() != null && List.of("http", "https").contains(uri.getScheme());
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
