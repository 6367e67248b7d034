package dev.microtome.config;

import dev.microtome.run.InputException;

/**
 * A configuration value that is refused. Thrown with the key by the compact constructor of a
 * configuration record; the reader adds the file and line the value came from.
 */
public final class ConfigException extends InputException {
  private final String key;
  private final String problem;

  /**
   * @param key the key as the user writes it, such as {@code batch-tokens}
   * @param value the value found
   * @param allowed what is allowed, as in "must be at least 1"
   */
  public ConfigException(String key, Object value, String allowed) {
    this(key, "invalid value " + value + ": " + allowed);
  }

  ConfigException(String key, String problem) {
    super(key + ": " + problem);
    this.key = key;
    this.problem = problem;
  }

  public String key() {
    return key;
  }

  public String problem() {
    return problem;
  }
}
