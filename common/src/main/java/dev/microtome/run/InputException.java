package dev.microtome.run;

/**
 * A user's mistake: a file, a configuration value or a table that cannot be used. The message is
 * one line that names the thing, the value found, what would do, and where. The process ends with
 * exit code 2 and no stack trace.
 */
public class InputException extends RuntimeException {
  public InputException(String message) {
    super(message);
  }

  public InputException(String message, Throwable cause) {
    super(message, cause);
  }
}
