package dev.microtome.sae.training;

/** Chooses a batch's features from rows of pre-activations, which are given once and not kept. */
interface Selector {
  /**
   * Begins a batch.
   *
   * @param codes what the choice is written to
   */
  void begin(SparseCodes codes);

  /**
   * Takes a row. Workers may do so at the same time, each with ascending rows.
   *
   * @param values pre-activations without the bias
   * @param norm a length that they grow with
   */
  void add(int worker, int row, float[] values, float[] bias, float norm);

  /** Ends the batch: the codes of all rows are written. */
  void finish();
}
