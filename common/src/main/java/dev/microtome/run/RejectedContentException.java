package dev.microtome.run;

/**
 * A row that no run on these inputs can accept: a token out of range, an id that comes twice, an
 * activation that is not finite. The inputs' digests and the configuration lead to it each time,
 * and a change of either makes another run; so the run that met it is deleted with all it has
 * finished.
 *
 * <p>Every other {@link InputException} may be gone without such a change, when a file is put back,
 * a disk has room or a share is mounted again. Its run is kept.
 */
public final class RejectedContentException extends InputException {
  public RejectedContentException(String message) {
    super(message);
  }

  public RejectedContentException(String message, Throwable cause) {
    super(message, cause);
  }
}
