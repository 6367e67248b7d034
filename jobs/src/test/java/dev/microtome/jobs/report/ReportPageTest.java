package dev.microtome.jobs.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The page in a real browser, with names that try to be markup. */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ReportPageTest {
  private static final String HOSTILE =
      "<img src=x onerror=\"window.hacked=1\"></script><a href='https://x.test'>y</a>";

  @TempDir private Path folder;

  @BeforeEach
  void needsABrowser() {
    assumeTrue(HeadlessPage.chromium().isPresent(), "no Chromium is installed");
  }

  private static String page(String name) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    WriteReport.page(
            new ReportPart(
                "About " + name,
                List.of(),
                List.of(new StepFacts(name, "job", 1, 2, 3)),
                name + " at hook_embed",
                "../../../features/F/browser/"),
            MadeUpTables.of(name).tables())
        .write(out);
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void showsPicturesAndLoadsNothing() throws IOException, InterruptedException {
    JsonNode seen = HeadlessPage.open(page(HOSTILE), folder, 1200);

    assertThat(seen.path("complaints")).isEmpty();
    assertThat(seen.path("loaded")).isEmpty();
    assertThat(seen.path("images").asInt()).isZero();
    assertThat(seen.path("hacked").asText()).isEqualTo("undefined");
    assertThat(seen.path("title").asText()).isEqualTo("About " + HOSTILE);
    assertThat(seen.path("text").asText())
        .contains("The phase change", "A linear probe tells " + HOSTILE)
        .contains("Without " + HOSTILE + " at hook_embed the loss of " + HOSTILE)
        .contains(" goes from 2.250 to 2.375 nats a token.");
    assertThat(seen.path("links")).allMatch(link -> link.asText().matches("#.*|\\.\\./.*"));
    assertThat(seen.path("broken")).isEmpty();
    assertThat(seen.path("figures")).hasSize(10);
    for (JsonNode figure : seen.path("figures")) {
      String label = figure.path("label").asText();
      assertThat(figure.path("role").asText()).isEqualTo("img");
      assertThat(label).isNotEmpty();
      assertThat(figure.path("box").get(0).asDouble()).as(label).isGreaterThan(300);
      assertThat(figure.path("box").get(1).asDouble()).as(label).isGreaterThan(200);
      assertThat(figure.path("marks").asInt()).as(label).isGreaterThan(4);
    }
  }

  @Test
  void isReadOnAPhone() throws IOException, InterruptedException {
    JsonNode seen = HeadlessPage.open(page("one-layer-smeared"), folder, 360);

    assertThat(seen.path("overflow").asInt()).isNotPositive();
    for (JsonNode figure : seen.path("figures")) {
      assertThat(figure.path("box").get(0).asDouble()).isBetween(250.0, 360.0);
      assertThat(figure.path("outside").asInt()).as(figure.path("label").asText()).isZero();
    }
  }

  @Test
  void isDarkByNight() throws IOException, InterruptedException {
    assertThat(
            HeadlessPage.open(page(HOSTILE), folder.resolve("day"), 900)
                .path("background")
                .asText())
        .isEqualTo("rgb(251, 250, 248)");
    JsonNode night =
        HeadlessPage.open(page(HOSTILE), folder.resolve("night"), 900, "--force-dark-mode");
    assertThat(night.path("background").asText()).isEqualTo("rgb(21, 22, 24)");
    // Pictures have the page's ink.
    assertThat(night.path("letters")).isNotEmpty();
    assertThat(night.path("letters")).allMatch(fill -> fill.asText().equals("rgb(235, 233, 228)"));
  }
}
