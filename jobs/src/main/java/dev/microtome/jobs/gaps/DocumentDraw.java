package dev.microtome.jobs.gaps;

import dev.microtome.probing.RowSample;
import dev.microtome.probing.SequenceSplit;
import java.io.Serializable;

/**
 * How documents are drawn, by a part as of all.
 *
 * @param trainDocuments to fit to at most
 * @param testDocuments to score on at most
 * @param compared documents that could be drawn, over all parts
 */
record DocumentDraw(SequenceSplit split, int trainDocuments, int testDocuments, long compared)
    implements Serializable {
  /**
   * Without it each part of a large corpus would hand on as many documents as the whole sample is
   * to have. How many are held out is a matter of luck, and so are small hashes.
   */
  private static final double SPARE = 4;

  /** The same for samples of a few. */
  private static final double FEW = 16;

  RowSample<DrawnDocumentRow> train() {
    return sample(trainDocuments, (1 - split.testShare()) * compared);
  }

  RowSample<DrawnDocumentRow> test() {
    return sample(testDocuments, split.testShare() * compared);
  }

  private RowSample<DrawnDocumentRow> sample(int capacity, double of) {
    return new RowSample<>(split.seed(), capacity, Math.min(1, SPARE * (capacity + FEW) / of));
  }
}
