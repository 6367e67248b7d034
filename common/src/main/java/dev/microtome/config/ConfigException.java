package dev.microtome.config;

import dev.microtome.run.InputException;

/**
 * A configuration value that is refused. Thrown with the key by the compact constructor of a
 * configuration record or by a job's plan; the reader or the runner adds the file and line the
 * value came from.
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

  /**
   * A value that its meaning refuses, as a hook address that the model does not have.
   *
   * @param refusal says what is wrong and what is allowed
   */
  public ConfigException(String key, InputException refusal) {
    super(key + ": " + refusal.getMessage(), refusal);
    this.key = key;
    problem = refusal.getMessage();
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
