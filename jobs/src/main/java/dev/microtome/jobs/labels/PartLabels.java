package dev.microtome.jobs.labels;

import dev.microtome.jobs.TableReader;
import dev.microtome.jobs.inputs.TokenSlices;
import dev.microtome.run.RejectedContentException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The labels that a part of the activations or tokens may need, in memory. */
public final class PartLabels {
  private record Place(long sequenceId, int position) {}

  private final int concepts;
  private final Map<Place, List<List<String>>> byPlace = new HashMap<>();

  private PartLabels(int concepts) {
    this.concepts = concepts;
  }

  /**
   * Reads them.
   *
   * @param sequences of the part; labels of others are skipped, so that what the part holds hangs
   *     on its own sequences, whatever stands beside their labels
   * @throws RejectedContentException if a place has two labels of one concept
   */
  public static PartLabels read(
      LabelTable labels, TokenSlices slices, Set<Long> sequences, TableReader tables)
      throws IOException {
    PartLabels read = new PartLabels(labels.concepts().size());
    for (TokenSlices.Slice slice : slices.slices()) {
      labels.read(
          tables,
          slice.path(),
          slice.from(),
          slice.to(),
          (row, sequenceId, position, concept, values) -> {
            if (concept >= 0
                && sequences.contains(sequenceId)
                && read.put(sequenceId, position, concept, values) != null) {
              throw new RejectedContentException(
                  "labels%s: sequence_id %d, position %d has concept '%s' twice"
                      .formatted(
                          // A file of ranges is the run's own and goes with it.
                          labels.layout() == LabelTable.Layout.RANGES ? "" : " " + slice.path(),
                          sequenceId,
                          position,
                          labels.concepts().get(concept).name()));
            }
          });
    }
    return read;
  }

  private List<String> put(long sequenceId, int position, int concept, List<String> values) {
    return byPlace
        .computeIfAbsent(new Place(sequenceId, position), unused -> nothing(concepts))
        .set(concept, values);
  }

  /** A list of so many nulls: no label of any concept. */
  static List<List<String>> nothing(int concepts) {
    List<List<String>> none = new ArrayList<>();
    for (int i = 0; i < concepts; i++) {
      none.add(null);
    }
    return none;
  }

  /** The values of each concept at a place, null where it has no label. */
  public List<List<String>> at(long sequenceId, int position) {
    return byPlace.getOrDefault(new Place(sequenceId, position), nothing(concepts));
  }
}
