package dev.microtome.jobs.spark;

/** A part could not be done: which, where, and why. The cause has the rest. */
public final class PartFailedException extends RuntimeException {
  PartFailedException(String message, Throwable cause) {
    super(message, cause);
  }
}
