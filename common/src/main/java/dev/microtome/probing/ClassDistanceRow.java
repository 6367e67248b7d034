package dev.microtome.probing;

import dev.microtome.table.Column;
import dev.microtome.table.TableSpec;

/** A row of the table {@code class_distances}: how far a class's mean lies from that of all. */
public record ClassDistanceRow(
    @Column(doc = "address of the hook point, as in TransformerLens") String hook,
    @Column(doc = "the concept") String concept,
    @Column(doc = "as in erasure_probes") String eraser,
    @Column(doc = "the class") String label,
    @Column(doc = "its rows among those fitted to", unit = "rows") long trainRows,
    @Column(doc = "its rows among those held out", unit = "rows") long testRows,
    @Column(doc = "|its mean - mean of all| of the rows fitted to") double trainDistance,
    @Column(doc = "the same of the rows held out; NaN without any") double testDistance) {
  public static final TableSpec<ClassDistanceRow> TABLE =
      TableSpec.of(
          "class_distances",
          ClassDistanceRow.class,
          "One class of one concept at one hook point after one eraser.");

  /** The row of a class. */
  public static ClassDistanceRow of(
      String hook,
      String concept,
      String eraser,
      String label,
      ErasedExamples.ClassDistance distance) {
    return new ClassDistanceRow(
        hook,
        concept,
        eraser,
        label,
        distance.trainRows(),
        distance.testRows(),
        distance.trainDistance(),
        distance.testDistance());
  }
}
