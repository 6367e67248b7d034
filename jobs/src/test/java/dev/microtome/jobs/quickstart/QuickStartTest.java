package dev.microtome.jobs.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuickStartTest {
  @TempDir private Path output;

  @Test
  void theNewestPageLiesWherePeopleFindItWithItsLinks() throws IOException {
    for (String run : new String[] {"old", "new"}) {
      Path page = Files.createDirectories(output.resolve("report").resolve(run).resolve("page"));
      Files.writeString(
          page.resolve("index.html"),
          run
              + " <a href=\"../../../features/F/browser/index.html\">a</a> <a href=\"#b\">../../../</a>");
    }
    Files.writeString(output.resolve("report/latest"), "new\n");

    Path copy = QuickStart.publish(output);

    assertThat(copy).isEqualTo(output.resolve("index.html"));
    assertThat(copy)
        .hasContent(
            "new <a href=\"features/F/browser/index.html\">a</a> <a href=\"#b\">../../../</a>");
  }
}
