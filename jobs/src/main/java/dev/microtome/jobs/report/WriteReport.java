package dev.microtome.jobs.report;

import dev.microtome.jobs.PartContext;
import dev.microtome.jobs.PartTask;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/** Writes the page. */
record WriteReport() implements PartTask<ReportPart> {
  @Override
  public long run(ReportPart part, PartContext context) throws IOException {
    Page page = page(part, new ReportTables(part.tables(), context.tables()));
    try (OutputStream out = context.artifact(Report.PAGE + "/index.html")) {
      page.write(out);
    }
    return part.tables().size();
  }

  /** The page, its sections as far as their tables are given. */
  static Page page(ReportPart part, ReportTables tables) throws IOException {
    Page page = new Page(part.title());
    page.main()
        .add("p", "What the tables of a pipeline say, read from them and from nowhere else.")
        .with("class", "lead");
    Tag contents = page.main().add("nav").with("aria-label", "Sections").add("ul");
    for (Section section : sections(part)) {
      if (section.given(tables)) {
        Tag body = page.main().add("section").with("id", section.id());
        body.add("h2", section.heading());
        String told = section.write(body, tables);
        Tag line = contents.add("li");
        line.add("a", section.heading()).with("href", "#" + section.id());
        line.text(told.isEmpty() ? "" : ": " + told);
      }
    }
    return page;
  }

  private static List<Section> sections(ReportPart part) {
    return List.of(
        new PhaseChangeSection(),
        new HeadsSection(),
        new DictionariesSection(),
        new FeaturesSection(part.browser()),
        new ErasureSection(part.erased()),
        new StepsSection(part.steps()),
        new NextSection());
  }
}
