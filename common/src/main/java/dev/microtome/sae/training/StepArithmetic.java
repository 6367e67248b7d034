package dev.microtome.sae.training;

/** One step of an autoencoder in training on parameters that are rows of features. */
interface StepArithmetic extends AutoCloseable {
  /** Takes over parameters that were changed from outside. */
  void load();

  FiringWindow window();

  /**
   * Encodes and decodes rows [n, d_in], of a transcoder [n, d_in + d_out] with their targets, and
   * measures what is left.
   *
   * @param sparsity coefficient of the penalty, if there is one
   */
  StepSums forward(float[][] rows, double sparsity);

  /**
   * Loss of each row, ‖t − y‖² and its own penalty; the batch of the last {@link #forward} is
   * forgotten.
   *
   * @throws IllegalStateException if a row has no penalty of its own
   */
  double[] losses(float[][] rows, double sparsity);

  /** The codes of the last {@link #forward}. */
  SparseCodes codes();

  /**
   * Changes the parameters by the gradients at the last {@link #forward}.
   *
   * @param sums what it gave
   */
  void backward(StepSums sums, double learningRate);

  @Override
  void close();
}
