package dev.microtome.jobs.report;

import java.io.IOException;

/** A part of the page: one method's tables, in words, numbers and pictures. */
interface Section {
  /** Address on the page, such as {@code phase-change}. */
  String id();

  String heading();

  /** Whether the tables that it needs are given; without them it is left out. */
  boolean given(ReportTables tables);

  /**
   * Writes what stands below the heading.
   *
   * @return one sentence with its most important numbers, for the page's beginning
   */
  String write(Tag into, ReportTables tables) throws IOException;
}
