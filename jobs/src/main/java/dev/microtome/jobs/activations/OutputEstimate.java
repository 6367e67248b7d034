package dev.microtome.jobs.activations;

import dev.microtome.activations.ActivationCodec;
import dev.microtome.activations.CollectionSettings;
import dev.microtome.model.HookPoint;
import dev.microtome.model.HookPoints;

/** How much a run will write, judged by a sample of its sequences. */
record OutputEstimate(double rowsPerSequence, double bytesPerSequence) {
  static OutputEstimate of(
      HookPoints points, CollectionSettings settings, ActivationCodec dtype, int[] lengths) {
    double rows = 0;
    double bytes = 0;
    for (int length : lengths) {
      int positions = settings.positions().count(length);
      for (HookPoint hook : settings.hooks()) {
        rows += positions;
        bytes +=
            (double) positions * points.shape(hook).sizePerPosition(length) * dtype.bytesPerValue();
      }
    }
    return new OutputEstimate(rows / lengths.length, bytes / lengths.length);
  }

  long rows(long sequences) {
    return Math.round(rowsPerSequence * sequences);
  }

  long bytes(long sequences) {
    return Math.round(bytesPerSequence * sequences);
  }
}
