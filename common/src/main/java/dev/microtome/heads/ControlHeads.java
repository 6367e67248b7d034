package dev.microtome.heads;

import dev.microtome.model.HeadIndex;
import dev.microtome.stats.Seeds;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * As many other heads as were found by a score, chosen at random: what a finding is held against.
 */
public final class ControlHeads {
  private ControlHeads() {}

  /**
   * Random heads that are not among the found ones.
   *
   * @param all every head of the model
   * @param found the heads in question
   * @param draw which of several controls this is
   * @return as many as were found, or all others where there are fewer, in the order of {@code all}
   */
  public static List<HeadIndex> of(
      List<HeadIndex> all, List<HeadIndex> found, long seed, long draw) {
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
