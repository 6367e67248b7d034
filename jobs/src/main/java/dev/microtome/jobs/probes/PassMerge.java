package dev.microtome.jobs.probes;

import dev.microtome.jobs.Relay;
import dev.microtome.probing.PassSums;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/** Merges what a pass has summed up in parts. */
final class PassMerge {
  private PassMerge() {}

  /** A {@link dev.microtome.jobs.labels.FileMerge}. */
  static void merge(List<String> files, String merged, Relay relay) throws IOException {
    relay.write(merged, read(files, relay)::write);
  }

  /** What the files hold together. */
  static PassSums read(List<String> files, Relay relay) throws IOException {
    PassSums merged = null;
    for (String file : files) {
      try (InputStream in = relay.open(file)) {
        PassSums read = PassSums.read(in);
        if (merged == null) {
          merged = read;
        } else {
          merged.merge(read);
        }
      }
    }
    return merged;
  }
}
