package dev.microtome.jobs.gaps;

import java.io.Serializable;
import java.util.List;

/**
 * One part: what to do, the same for all parts, and the documents to do it with.
 *
 * @param gaps what to do with the vectors of all parts
 */
record DocumentPart(VectorsTask task, GapsTask gaps, List<DocumentSlice> slices)
    implements Serializable {
  DocumentPart {
    slices = List.copyOf(slices);
  }
}
