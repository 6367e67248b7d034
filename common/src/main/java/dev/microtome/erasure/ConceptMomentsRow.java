package dev.microtome.erasure;

import dev.microtome.stats.Moments;
import dev.microtome.table.Column;

/** What a part of the activations adds to the moments of a hook point and a concept. */
@SuppressWarnings("ArrayRecordComponent") // a row at the Parquet border
public record ConceptMomentsRow(
    @Column(doc = "address of the hook point") String hook,
    @Column(doc = "the concept") String concept,
    @Column(doc = "numbers of an activation") int dimensions,
    @Column(doc = "activations with a label", unit = "rows") long rows,
    @Column(doc = "activations without one", unit = "rows") long unlabelled,
    @Column(doc = "little-endian float64 [dimensions + targets], of x and z") byte[] mean,
    @Column(doc = "little-endian float64, the scatter's upper triangle by rows") byte[] scatter) {

  /** What moments hold. */
  public static ConceptMomentsRow of(
      String hook, String concept, int dimensions, long unlabelled, Moments moments) {
    return new ConceptMomentsRow(
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
}
