package dev.microtome.heads;

import dev.microtome.model.HeadIndex;
import dev.microtome.stats.Seeds;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Heads that are knocked out together.
 *
 * @param chosenBy the score that found them, or "control"
 * @param draw which of several controls
 */
public record HeadSet(String chosenBy, int draw, List<HeadIndex> heads) {
  public HeadSet {
    heads = List.copyOf(heads);
  }

  /**
   * The induction heads, by prefix matching, and for comparison random sets of as many others; none
   * where not as many are left.
   *
   * @param size heads of a set
   * @param controls random sets; the draw is a function of the seed
   */
  public static List<HeadSet> inductionAndControls(
      HeadScores scores, List<HeadIndex> all, int size, int controls, long seed) {
    List<HeadIndex> found = scores.top(HeadScore.PREFIX_MATCHING, size);
    List<HeadSet> sets = new ArrayList<>();
    sets.add(new HeadSet(HeadScore.PREFIX_MATCHING.label(), 0, found));
    boolean enough = all.size() - found.size() >= found.size();
    for (int draw = 0; enough && draw < controls; draw++) {
      sets.add(new HeadSet("control", draw, others(all, found, seed, draw)));
    }
    return sets;
  }

  /** As many random heads that are not among the found ones, in the order of {@code all}. */
  static List<HeadIndex> others(List<HeadIndex> all, List<HeadIndex> found, long seed, long draw) {
    Set<HeadIndex> excluded = new HashSet<>(found);
    Set<HeadIndex> drawn = new HashSet<>();
    all.stream()
        .filter(head -> !excluded.contains(head))
        .sorted(
            Comparator.comparingLong(
                head -> Seeds.of(seed, "control-heads", draw, head.layer(), head.head())))
        .limit(found.size())
        .forEach(drawn::add);
    return all.stream().filter(drawn::contains).toList();
  }
}
