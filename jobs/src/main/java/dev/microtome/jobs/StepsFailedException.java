package dev.microtome.jobs;

/**
 * Steps of a job of jobs failed for more than their input's or configuration's sake. Each has said
 * why when it happened; the run that records them is whole.
 */
public final class StepsFailedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public StepsFailedException(String message) {
    super(message);
  }
}
