package dev.microtome.model;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.io.Serializable;
import java.util.Objects;

/**
 * A change of an activation while a pass runs: where, which part of it, and what is done. Plain
 * data (Java serialisation and JSON both round-trip), so that a sweep of patched passes is a table.
 * Interventions at one hook point act in the order given, each on the result of the one before; a
 * read of that hook point sees the last.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "do")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Intervention.SetTo.class, name = "set"),
  @JsonSubTypes.Type(value = Intervention.Add.class, name = "add"),
  @JsonSubTypes.Type(value = Intervention.Scale.class, name = "scale"),
  @JsonSubTypes.Type(value = Intervention.Patch.class, name = "patch"),
  @JsonSubTypes.Type(value = Intervention.Erase.class, name = "erase")
})
public sealed interface Intervention extends Serializable {
  /** The source that {@link #freeze} reads: the run without interventions. */
  String CLEAN = "clean";

  HookPoint hook();

  Slice slice();

  /** Replaces by given values, broadcast over the slice in the activation's own order of axes. */
  record SetTo(HookPoint hook, Slice slice, Values values) implements Intervention {
    public SetTo {
      slice = orAll(slice);
      Objects.requireNonNull(values, "values");
    }
  }

  /**
   * Adds given values, broadcast over the slice in the activation's own order of axes.
   *
   * @param scale what they are multiplied by at each position; null for {@link TokenScale#ONE}, the
   *     only one there is for attention scores and patterns
   */
  record Add(HookPoint hook, Slice slice, Values values, TokenScale scale) implements Intervention {
    public Add {
      slice = orAll(slice);
      scale = scale == null ? TokenScale.ONE : scale;
      Objects.requireNonNull(values, "values");
      if (scale != TokenScale.ONE && hook.site().kind() == HookShape.Kind.ATTENTION) {
        throw new IllegalArgumentException(
            "intervention at '%s': a scale of %s, expected ONE where a position has no vector"
                .formatted(hook, scale));
      }
    }
  }

  /** Multiplies by a factor. */
  record Scale(HookPoint hook, Slice slice, double factor) implements Intervention {
    public Scale {
      slice = orAll(slice);
    }
  }

  /**
   * Replaces by what another run had at the same rows, positions, heads and features. A source of
   * one row serves every row.
   *
   * @param source name of the run, bound by {@link ForwardPass.Builder#source}
   */
  record Patch(HookPoint hook, Slice slice, String source) implements Intervention {
    public Patch {
      slice = orAll(slice);
      Objects.requireNonNull(source, "source");
    }
  }

  /**
   * Takes away what a projection removes: x ← x − left·right·(x − bias), x all heads and features
   * of a position side by side. Computed in float64 from the factors as they are, float32.
   *
   * @param slice of rows and positions; heads and features are whole
   * @param left [d, rank]
   * @param right [rank, d]
   * @param bias [d]: a point that stays where it is
   */
  record Erase(HookPoint hook, Slice slice, Values left, Values right, Values bias)
      implements Intervention {
    public Erase {
      slice = orAll(slice);
      if (!slice.heads().isEmpty() || !slice.features().isEmpty()) {
        throw new IllegalArgumentException(
            "erasure at '%s': heads and features cannot be chosen, a projection mixes them"
                .formatted(hook));
      }
      long d = bias.size(1);
      long rank = left.size(1);
      if (left.size(2) != d || right.size(2) != rank || right.size(1) != d) {
        throw new IllegalArgumentException(
            "erasure at '%s': factors of %d × %d and %d × %d for a bias of %d"
                .formatted(hook, left.size(2), rank, right.size(2), right.size(1), d));
      }
    }
  }

  static Intervention set(HookPoint hook, Slice slice, Values values) {
    return new SetTo(hook, slice, values);
  }

  static Intervention add(HookPoint hook, Slice slice, Values values) {
    return new Add(hook, slice, values, TokenScale.ONE);
  }

  /** Adds values in proportion to each token's own activation. */
  static Intervention add(HookPoint hook, Slice slice, Values values, TokenScale scale) {
    return new Add(hook, slice, values, scale);
  }

  static Intervention scale(HookPoint hook, Slice slice, double factor) {
    return new Scale(hook, slice, factor);
  }

  /** Zero ablation: the same as setting to 0. */
  static Intervention zero(HookPoint hook, Slice slice) {
    return new SetTo(hook, slice, Values.of(0));
  }

  /**
   * Mean ablation: the same as setting to the mean activation, a vector or, for a mean by position,
   * a matrix.
   */
  static Intervention mean(HookPoint hook, Slice slice, Values mean) {
    return new SetTo(hook, slice, mean);
  }

  static Intervention patch(HookPoint hook, Slice slice, String source) {
    return new Patch(hook, slice, source);
  }

  /** Holds the activation at the value it has in the run bound as {@link #CLEAN}. */
  static Intervention freeze(HookPoint hook, Slice slice) {
    return new Patch(hook, slice, CLEAN);
  }

  /** Erases at every row of positions what factors left [d, rank] and right [rank, d] remove. */
  static Intervention erase(HookPoint hook, Values left, Values right, Values bias) {
    return new Erase(hook, Slice.all(), left, right, bias);
  }

  private static Slice orAll(Slice slice) {
    return slice == null ? Slice.all() : slice;
  }
}
