package dev.microtome.jobs.nightly;

import java.util.Locale;

/** How a step ended. */
enum StepStatus {
  DONE,
  UP_TO_DATE,
  FAILED,
  BLOCKED,
  NOT_SELECTED;

  /** Whether what needs the step may run. */
  boolean well() {
    return this != FAILED && this != BLOCKED;
  }

  /** As tables and people have it. */
  String shown() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
