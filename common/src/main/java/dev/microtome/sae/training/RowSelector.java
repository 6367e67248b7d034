package dev.microtome.sae.training;

/** {@link Selection#ROW}: a {@link TopK} for each worker. */
final class RowSelector implements Selector {
  private final TopK[] ofWorkers;
  private SparseCodes codes;

  RowSelector(int k, int features, int workers) {
    ofWorkers = new TopK[workers];
    for (int i = 0; i < workers; i++) {
      ofWorkers[i] = new TopK(k, features);
    }
  }

  @Override
  public void begin(SparseCodes newCodes) {
    codes = newCodes;
  }

  @Override
  public void add(int worker, int row, float[] values, float[] bias, float norm) {
    int count =
        ofWorkers[worker].select(
            values, bias, norm, codes.indices(), codes.values(), codes.from(row));
    codes.close(row, count);
  }

  @Override
  public void finish() {}
}
