package dev.microtome.config;

/**
 * A command line that cannot be understood: an unknown job, a missing option. The process ends with
 * exit code 1.
 */
public final class UsageException extends RuntimeException {
  public UsageException(String message) {
    super(message);
  }
}
