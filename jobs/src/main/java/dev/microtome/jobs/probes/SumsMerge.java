package dev.microtome.jobs.probes;

import dev.microtome.jobs.Relay;
import dev.microtome.jobs.labels.FileMerge;
import dev.microtome.probing.ConceptSums;
import dev.microtome.probing.SequenceSplit;
import dev.microtome.run.RejectedContentException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/** Merges what parts have summed up once of a hook point, a concept after the other. */
record SumsMerge(List<ConceptSums.Concept> concepts, SequenceSplit split) implements FileMerge {
  SumsMerge {
    concepts = List.copyOf(concepts);
  }

  @Override
  public void merge(List<String> files, String merged, Relay relay) throws IOException {
    List<ConceptSums> sums = read(files, relay);
    relay.write(
        merged,
        out -> {
          for (ConceptSums each : sums) {
            each.write(out);
          }
        });
  }

  /** What the files hold together, of each concept. */
  List<ConceptSums> read(List<String> files, Relay relay) throws IOException {
    List<ConceptSums> merged = new ArrayList<>();
    for (String file : files) {
      try (InputStream in = new BufferedInputStream(relay.open(file))) {
        for (int i = 0; i < concepts.size(); i++) {
          ConceptSums read = ConceptSums.read(concepts.get(i), split, in);
          if (merged.size() < concepts.size()) {
            merged.add(read);
          } else {
            merged.get(i).merge(read);
          }
        }
      } catch (IllegalArgumentException e) {
        throw new RejectedContentException("a hook point's " + e.getMessage(), e);
      }
    }
    return merged;
  }
}
