package dev.microtome.jobs.report;

import java.util.List;

/** A table of numbers on the page; its first column names the row. */
final class Grid {
  private final Tag body;

  /**
   * A table without rows.
   *
   * @param caption what a row is
   */
  Grid(Tag into, String caption, List<String> columns) {
    Tag table = into.add("div").with("class", "wide").add("table");
    table.add("caption", caption);
    Tag head = table.add("thead").add("tr");
    columns.forEach(column -> head.add("th", column).with("scope", "col"));
    body = table.add("tbody");
  }

  Grid row(String name, String... cells) {
    Tag row = body.add("tr");
    row.add("th", name).with("scope", "row");
    for (String cell : cells) {
      row.add("td", cell);
    }
    return this;
  }
}
