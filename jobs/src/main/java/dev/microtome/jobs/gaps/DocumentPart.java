package dev.microtome.jobs.gaps;

import java.io.Serializable;
import java.util.List;

/** Documents that the model runs over together. */
record DocumentPart(List<DocumentSlice> slices) implements Serializable {
  DocumentPart {
    slices = List.copyOf(slices);
  }
}
