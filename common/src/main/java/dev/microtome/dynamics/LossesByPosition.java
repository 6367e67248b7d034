package dev.microtome.dynamics;

import dev.microtome.stats.PositionMoments;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Mean losses by position of many checkpoints, gathered part by part: one part's losses become
 * {@link LossMomentsRow}s, which merge to the rows of the whole. Float64; the same parts in the
 * same order give the same bits. Memory: 24 bytes a checkpoint and position. Not thread-safe.
 */
public final class LossesByPosition {
  private record Key(String model, long step) {}

  private final Map<Key, PositionMoments> moments = new LinkedHashMap<>();

  /**
   * Moments of one part.
   *
   * @param losses a sequence each; entry i is of the token at position i + 1
   */
  public static List<LossMomentsRow> moments(String model, long step, List<float[]> losses) {
    PositionMoments moments = new PositionMoments();
    for (float[] sequence : losses) {
      for (int i = 0; i < sequence.length; i++) {
        moments.add(i + 1, sequence[i]);
      }
    }
    List<LossMomentsRow> rows = new ArrayList<>();
    for (int position = 1; position < moments.positions(); position++) {
      if (moments.count(position) > 0) {
        rows.add(
            new LossMomentsRow(
                model,
                step,
                position,
                moments.count(position),
                moments.mean(position),
                moments.squaredDeviations(position)));
      }
    }
    return rows;
  }

  /** Merges a position's moments of one more part. */
  public void merge(LossMomentsRow row) {
    moments
        .computeIfAbsent(new Key(row.model(), row.step()), unused -> new PositionMoments())
        .merge(row.position(), row.count(), row.mean(), row.squaredDeviations());
  }

  /** Rows of the whole: checkpoints in the order they came, each by position. */
  public List<LossByPositionRow> rows() {
    List<LossByPositionRow> rows = new ArrayList<>();
    moments.forEach(
        (key, values) -> {
          for (int position = 1; position < values.positions(); position++) {
            if (values.count(position) > 0) {
              rows.add(
                  new LossByPositionRow(
                      key.model(),
                      key.step(),
                      position,
                      values.mean(position),
                      values.standardError(position),
                      values.count(position)));
            }
          }
        });
    return rows;
  }
}
