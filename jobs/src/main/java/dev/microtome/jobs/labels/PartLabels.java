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

  /**
   * What a place has.
   *
   * @param source table of labels, for messages
   */
  private record Labels(List<List<String>> values, int token, String source) {}

  private final int concepts;
  private final Map<Place, Labels> byPlace = new HashMap<>();

  private PartLabels(int concepts) {
    this.concepts = concepts;
  }

  /**
   * Reads them.
   *
   * @param sequences of the part; labels of others are skipped, so that what the part holds hangs
   *     on its own sequences, whatever stands beside their labels
   * @throws RejectedContentException if a place has two labels of one concept, or two tokens
   */
  public static PartLabels read(
      LabelTable labels, TokenSlices slices, Set<Long> sequences, TableReader tables)
      throws IOException {
    PartLabels read = new PartLabels(labels.concepts().size());
    for (TokenSlices.Slice slice : slices.slices()) {
      // A file of ranges is the run's own and goes with it.
      String source =
          labels.layout() == LabelTable.Layout.RANGES ? "labels" : "labels " + slice.path();
      labels.read(
          tables,
          slice.path(),
          slice.from(),
          slice.to(),
          (place, concept, values) -> {
            if (concept >= 0
                && sequences.contains(place.sequenceId())
                && read.put(place, source, concept, values) != null) {
              throw new RejectedContentException(
                  "%s: sequence_id %d, position %d has concept '%s' twice"
                      .formatted(
                          source,
                          place.sequenceId(),
                          place.position(),
                          labels.concepts().get(concept).name()));
            }
          });
    }
    return read;
  }

  private List<String> put(
      LabelTable.Place place, String source, int concept, List<String> values) {
    Labels found =
        byPlace.merge(
            new Place(place.sequenceId(), place.position()),
            new Labels(nothing(concepts), place.token(), source),
            (before, now) ->
                before.token() == LabelTable.NO_TOKEN
                    ? new Labels(before.values(), now.token(), source)
                    : before);
    if (place.token() != LabelTable.NO_TOKEN && place.token() != found.token()) {
      throw new RejectedContentException(
          "%s: sequence_id %d, position %d has token_id %d, and %d in another row"
              .formatted(
                  source, place.sequenceId(), place.position(), place.token(), found.token()));
    }
    return found.values().set(concept, values);
  }

  /** A list of so many nulls: no label of any concept. */
  static List<List<String>> nothing(int concepts) {
    List<List<String>> none = new ArrayList<>();
    for (int i = 0; i < concepts; i++) {
      none.add(null);
    }
    return none;
  }

  /**
   * The values of each concept at a place, null where it has no label.
   *
   * @param token there; {@link LabelTable#NO_TOKEN} where it is not known
   * @throws IllegalArgumentException if the labels are of another token
   */
  public List<List<String>> at(long sequenceId, int position, int token) {
    Labels found = byPlace.get(new Place(sequenceId, position));
    if (found == null) {
      return nothing(concepts);
    }
    if (token != LabelTable.NO_TOKEN
        && found.token() != LabelTable.NO_TOKEN
        && token != found.token()) {
      throw new IllegalArgumentException(
          "token_id is %d, %s have token_id %d there; they are of another text or tokenizer"
              .formatted(token, found.source(), found.token()));
    }
    return found.values();
  }
}
