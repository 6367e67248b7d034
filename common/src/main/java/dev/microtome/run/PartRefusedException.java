package dev.microtome.run;

/**
 * A refusal that concerns one part of a run alone, such as a training that diverged: the other
 * parts are worth finishing, so the run goes on with them and is refused at its end.
 */
public final class PartRefusedException extends InputException {
  public PartRefusedException(String message) {
    super(message);
  }

  public PartRefusedException(String message, Throwable cause) {
    super(message, cause);
  }
}
