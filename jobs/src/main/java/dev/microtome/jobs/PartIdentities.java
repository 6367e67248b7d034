package dev.microtome.jobs;

import dev.microtome.config.InputPath;
import java.util.List;
import java.util.Set;

/**
 * What the rows of each part follow from besides the configuration and the inputs that all parts
 * share. Two parts with one identity have the same rows, whatever their positions; a run takes over
 * from the one before it what has not changed.
 *
 * @param ofParts one for each part, in order: of the content that it reads, and of its position if
 *     that is in its rows
 * @param told the inputs that these tell apart, and that do not count otherwise
 */
public record PartIdentities(List<String> ofParts, Set<InputPath> told) {
  /** Of parts that have none. */
  public static final PartIdentities NONE = new PartIdentities(List.of(), Set.of());

  public PartIdentities {
    ofParts = List.copyOf(ofParts);
    told = Set.copyOf(told);
  }

  boolean none() {
    return ofParts.isEmpty();
  }
}
