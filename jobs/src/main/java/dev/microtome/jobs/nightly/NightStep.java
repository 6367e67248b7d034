package dev.microtome.jobs.nightly;

import dev.microtome.jobs.JobStep;
import java.util.List;

/**
 * A step with its place among the others.
 *
 * @param needs names of earlier steps that it reads from or is to run after, in their order
 * @param selected whether this command runs it
 */
record NightStep(String name, JobStep job, List<String> needs, Selection selected) {
  /** Whether a command runs a step. */
  enum Selection {
    SELECTED,
    LEFT
  }

  NightStep {
    needs = List.copyOf(needs);
  }

  boolean runs() {
    return selected == Selection.SELECTED;
  }
}
