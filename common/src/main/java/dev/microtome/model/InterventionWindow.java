package dev.microtome.model;

import dev.microtome.run.InputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The part of interventions on whole sequences that falls into a run of some sequences and some of
 * their positions, in the run's own indices.
 *
 * @param prompts how many sequences there are in all, which is what rows of a slice index
 * @param rows which of them run, in the order of the run
 * @param promptLength tokens of each before any was generated; negative positions count from there
 * @param from first position that runs
 * @param to one past the last position that runs: the key positions that exist
 */
record InterventionWindow(int prompts, List<Integer> rows, int promptLength, int from, int to) {

  List<Intervention> cut(List<Intervention> interventions) {
    return interventions.stream().flatMap(each -> cut(each).stream()).toList();
  }

  private Optional<Intervention> cut(Intervention intervention) {
    Slice slice = intervention.slice();
    HookShape.Kind kind = intervention.hook().site().kind();
    Axis rowAxis = rows(intervention);
    Axis positionAxis = positions(intervention);
    Axis featureAxis =
        kind == HookShape.Kind.ATTENTION ? keys(slice) : Axis.whole(slice.features());
    if (rowAxis.nowhere() || positionAxis.nowhere() || featureAxis.nowhere()) {
      return Optional.empty();
    }
    Slice part =
        new Slice(rowAxis.indices, positionAxis.indices, slice.heads(), featureAxis.indices);
    if (intervention instanceof Intervention.Scale scale) {
      return Optional.of(new Intervention.Scale(scale.hook(), part, scale.factor()));
    } else if (intervention instanceof Intervention.SetTo set) {
      Values values = values(set, set.values(), rowAxis, positionAxis, featureAxis);
      return Optional.of(new Intervention.SetTo(set.hook(), part, values));
    } else if (intervention instanceof Intervention.Add add) {
      Values values = values(add, add.values(), rowAxis, positionAxis, featureAxis);
      return Optional.of(new Intervention.Add(add.hook(), part, values, add.scale()));
    }
    throw new IllegalArgumentException("Not cut: " + intervention);
  }

  private Axis rows(Intervention intervention) {
    List<Integer> chosen = intervention.slice().rows();
    if (chosen.isEmpty()) {
      return new Axis(List.of(), prompts, rows);
    }
    List<Integer> local = new ArrayList<>();
    List<Integer> kept = new ArrayList<>();
    for (int i = 0; i < chosen.size(); i++) {
      int row = chosen.get(i);
      if (row < 0 || row >= prompts) {
        throw new InputException(
            "intervention at '%s': row %d, expected 0 to %d"
                .formatted(intervention.hook(), row, prompts - 1));
      }
      int index = rows.indexOf(row);
      if (index >= 0) {
        local.add(index);
        kept.add(i);
      }
    }
    return new Axis(local, chosen.size(), kept);
  }

  private Axis positions(Intervention intervention) {
    List<Integer> chosen = intervention.slice().positions();
    if (chosen.isEmpty()) {
      return Axis.GROWING;
    }
    List<Integer> local = new ArrayList<>();
    List<Integer> kept = new ArrayList<>();
    for (int i = 0; i < chosen.size(); i++) {
      int position = chosen.get(i) < 0 ? promptLength + chosen.get(i) : chosen.get(i);
      if (position < 0) {
        throw new InputException(
            "intervention at '%s': position %d of a prompt of %d tokens"
                .formatted(intervention.hook(), chosen.get(i), promptLength));
      }
      if (position >= from && position < to) {
        local.add(position - from);
        kept.add(i);
      }
    }
    return new Axis(local, chosen.size(), kept);
  }

  /** Key positions that exist already. */
  private Axis keys(Slice slice) {
    List<Integer> chosen = slice.features();
    if (chosen.isEmpty()) {
      return Axis.GROWING;
    }
    List<Integer> kept =
        IntStream.range(0, chosen.size()).filter(i -> chosen.get(i) < to).boxed().toList();
    return new Axis(kept.stream().map(chosen::get).toList(), chosen.size(), kept);
  }

  private static Values values(
      Intervention intervention, Values values, Axis rows, Axis positions, Axis features) {
    boolean heads =
        switch (intervention.hook().site().kind()) {
          case SCALAR, VECTOR -> false;
          case HEAD_VECTORS, ATTENTION -> true;
        };
    boolean attention = intervention.hook().site().kind() == HookShape.Kind.ATTENTION;
    Values cut = rows.of(intervention, values, heads ? 4 : 3, "rows");
    cut = positions.of(intervention, cut, heads && !attention ? 3 : 2, "positions");
    return attention ? features.of(intervention, cut, 1, "key positions") : cut;
  }

  /**
   * An axis of a slice inside the window.
   *
   * @param indices in the run; empty for all of them
   * @param size of the axis in the whole slice; −1 if it grows with the sequence
   * @param kept which entries of the axis of the whole slice are in the run
   */
  private record Axis(List<Integer> indices, int size, List<Integer> kept) {
    static final Axis GROWING = new Axis(List.of(), -1, List.of());

    /** An axis that does not depend on the window. */
    static Axis whole(List<Integer> indices) {
      return new Axis(indices, -1, List.of());
    }

    /** Whether nothing of the slice is in the window. */
    boolean nowhere() {
      return size >= 0 && kept.isEmpty();
    }

    Values of(Intervention intervention, Values values, int axisFromEnd, String name) {
      long given = values.size(axisFromEnd);
      if (given == 1) {
        return values;
      }
      if (given != size) {
        throw new InputException(
            "intervention at '%s': values of shape %s for %s %s"
                .formatted(
                    intervention.hook(),
                    Arrays.toString(values.shape()),
                    size < 0 ? "all" : size,
                    size < 0 ? name + ", which grow with each token: name them" : name));
      }
      return values.take(axisFromEnd, kept.stream().mapToInt(Integer::intValue).toArray());
    }
  }
}
