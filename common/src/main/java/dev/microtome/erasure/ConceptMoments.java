package dev.microtome.erasure;

import dev.microtome.stats.Moments;

/**
 * What a part of the activations adds to the moments of a hook point and a concept. Parts pass it
 * to each other as bytes.
 *
 * @param hook address of the hook point
 * @param dimensions numbers of an activation
 * @param rows activations with a label
 * @param unlabelled activations without one
 * @param mean little-endian float64 [dimensions + targets], of x and z
 * @param scatter little-endian float64, the scatter's upper triangle by rows
 */
@SuppressWarnings("ArrayRecordComponent") // a file's content, kept by nobody
public record ConceptMoments(
    String hook,
    String concept,
    int dimensions,
    long rows,
    long unlabelled,
    byte[] mean,
    byte[] scatter) {

  /** What moments hold. */
  public static ConceptMoments of(
      String hook, String concept, int dimensions, long unlabelled, Moments moments) {
    return new ConceptMoments(
        hook,
        concept,
        dimensions,
        moments.count(),
        unlabelled,
        moments.meanBytes(),
        moments.scatterBytes());
  }

  /** The moments again. */
  public Moments moments() {
    return Moments.of(rows, mean, scatter);
  }

  /** Adds these rows to those of parts before. */
  public void mergeInto(Moments moments) {
    moments.merge(rows, mean, scatter);
  }
}
