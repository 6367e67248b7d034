package dev.microtome.sae.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The pages in a real browser, with 10,000 features and tokens that try to be markup. */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FeatureBrowserTest {
  private static final int FEATURES = 10_000;
  private static final String HOSTILE = "<img src=x onerror=\"window.hacked=1\">";
  private static final String CLOSING = "</script><script>window.hacked=2</script>\u2028'\"\\";
  private static final List<String> WORDS =
      List.of("▁the", "Ġcat", "ATG", "Ã©", "Ċ", "▁once", "▁upon", "GGC", "==", "{");

  @TempDir private Path folder;

  @Test
  void a10000FeatureFolderIsSearchedSortedAndRead() throws IOException, InterruptedException {
    Optional<Path> chromium = Chromium.installed();
    assumeTrue(chromium.isPresent(), "no Chromium is installed");
    write();
    Path page = folder.resolve("index.html");
    try (Chromium browser = Chromium.start(chromium.get(), folder.resolve("profile"))) {
      browser.open(page, "document.querySelectorAll('#rows tr').length === 100");
      assertThat(browser.text("document.querySelector('#count').textContent"))
          .isEqualTo("10000 of 10000 features");
      assertThat(browser.text("document.title")).isEqualTo("Features of <b>tiny</b>");

      sorting(browser);
      searching(browser);
      reading(browser);
      keyboard(browser);
      otherDictionary(browser);

      // Nothing of the tokens ran, nothing was refused, nothing came from anywhere but the folder.
      assertThat(browser.value("typeof window.hacked").asText()).isEqualTo("undefined");
      assertThat(browser.value("document.images.length").asInt()).isZero();
      assertThat(browser.complaints()).isEmpty();
      JsonNode loaded =
          browser.value(
              "[...document.querySelectorAll('script, link')].map(each => each.src || each.href)");
      assertThat(loaded).hasSizeGreaterThan(4).allMatch(n -> n.asText().startsWith("file:"));
      screenshots(browser);
    }
  }

  private static void sorting(Chromium browser) throws IOException {
    browser.value("document.querySelector('[data-key=density]').click()");
    JsonNode densities =
        browser.value(
            "[...document.querySelectorAll('#rows tr')].map(r => Number(r.children[1].textContent))");
    for (int i = 1; i < densities.size(); i++) {
      assertThat(densities.get(i).asDouble()).isLessThanOrEqualTo(densities.get(i - 1).asDouble());
    }
    assertThat(browser.text("document.querySelector('th[aria-sort]').getAttribute('aria-sort')"))
        .isEqualTo("descending");
    // Features without a value are last whichever way.
    for (int i = 0; i < 2; i++) {
      browser.value("document.querySelector('[data-key=effect]').click()");
      assertThat(browser.text("document.querySelector('#rows tr').children[4].textContent"))
          .isNotEqualTo("–");
    }
    browser.value("document.querySelector('[data-key=feature]').click()");
    browser.value("document.querySelector('#next').click()");
    assertThat(browser.text("document.querySelector('#rows tr').dataset.feature")).isEqualTo("100");
  }

  private static void searching(Chromium browser) throws IOException {
    search(browser, "9876");
    assertThat(browser.text("document.querySelector('#rows tr').dataset.feature"))
        .isEqualTo("9876");
    search(browser, "rare");
    assertThat(browser.text("document.querySelector('#count').textContent"))
        .isEqualTo("10 of 10000 features");
    search(browser, "");
    browser.value("document.querySelector('#alive').click()");
    assertThat(browser.text("document.querySelector('#count').textContent"))
        .isEqualTo("9990 of 10000 features"); // one in a thousand is dead
    browser.value("document.querySelector('#alive').click()");
  }

  private static void search(Chromium browser, String text) throws IOException {
    browser.value(
        "(() => { const s = document.querySelector('#search'); s.value = '%s'; s.dispatchEvent(new Event('input')); })()"
            .formatted(text));
  }

  private static void reading(Chromium browser) throws IOException {
    search(browser, "4321");
    browser.value("document.querySelector('#rows tr').click()");
    browser.await("document.querySelector('#detail h2').textContent === 'Feature 4321'");
    assertThat(browser.text("location.hash")).isEqualTo("#topk%208x/4321");
    assertThat(browser.value("document.querySelectorAll('svg.histogram rect').length").asInt())
        .isEqualTo(20);
    assertThat(browser.value("document.querySelectorAll('.logits li').length").asInt())
        .isEqualTo(6);
    assertThat(browser.text("document.querySelector('.logits code').textContent"))
        .isEqualTo(HOSTILE);
    assertThat(browser.value("document.querySelectorAll('.examples li').length").asInt())
        .isEqualTo(4);
    // The example's own token is the largest, the most coloured, and tells its value.
    String own = "document.querySelector('.tokens span.own')";
    assertThat(browser.text(own + ".title")).isEqualTo("4");
    assertThat(browser.value("Number(%s.style.getPropertyValue('--a'))".formatted(own)).asDouble())
        .isEqualTo(0.9);
    assertThat(browser.text("document.querySelector('.tokens').textContent"))
        .contains(" the", " cat", "é", "↵", CLOSING);
    assertThat(browser.text("document.querySelector('#detail').textContent"))
        .contains("word = <i>noun</i>", "decoder cosine");
    search(browser, "");
  }

  private static void keyboard(Chromium browser) throws IOException {
    browser.value("document.querySelector('.tokens').focus()");
    browser.press("ArrowRight");
    assertThat(browser.text("document.querySelector('.examples output').textContent"))
        .isEqualTo(" cat 1.5");
    browser.value("document.activeElement.blur()");
    browser.press("ArrowDown");
    browser.await("document.querySelector('#detail h2').textContent === 'Feature 4322'");
    assertThat(browser.text("document.activeElement.dataset.feature")).isEqualTo("4322");
    browser.press("/");
    assertThat(browser.text("document.activeElement.id")).isEqualTo("search");
  }

  private static void otherDictionary(Chromium browser) throws IOException {
    browser.value("location.hash = '#neurons/3'");
    browser.await("document.querySelector('.where').textContent.startsWith('neurons at')");
    assertThat(browser.text("document.querySelector('#count').textContent"))
        .isEqualTo("64 of 64 features");
  }

  /** For a look at the pages: target/feature-browser-*.png. */
  private static void screenshots(Chromium browser) throws IOException {
    browser.value("document.querySelector('#sae').value = '0'");
    browser.value("location.hash = '#topk%208x/4321'");
    browser.await("document.querySelector('#detail h2').textContent === 'Feature 4321'");
    for (String scheme : List.of("light", "dark")) {
      browser.colours(scheme);
      Path file = Path.of("target/feature-browser-" + scheme + ".png");
      browser.screenshot(file);
      assertThat(Files.size(file)).isGreaterThan(20_000);
    }
  }

  private void write() throws IOException {
    Files.createDirectories(folder.resolve("data"));
    for (String file : FeatureBrowser.FILES) {
      try (OutputStream out = Files.newOutputStream(folder.resolve(file))) {
        FeatureBrowser.copy(file, out);
      }
    }
    List<FeatureBrowser.Dictionary> dictionaries =
        List.of(dictionary(0, "topk 8x", FEATURES), dictionary(1, "neurons", 64));
    try (OutputStream out = Files.newOutputStream(folder.resolve("data/index.js"))) {
      FeatureBrowser.writeIndex("Features of <b>tiny</b>", dictionaries, out);
    }
  }

  private FeatureBrowser.Dictionary dictionary(int index, String name, int features)
      throws IOException {
    List<BrowserLineRow> lines = new ArrayList<>();
    for (int from = 0; from < features; from += FeatureBrowser.CHUNK) {
      List<FeatureDescription> chunk = new ArrayList<>();
      for (int i = from; i < Math.min(features, from + FeatureBrowser.CHUNK); i++) {
        chunk.add(description(name, i));
      }
      chunk.forEach(each -> lines.add(BrowserLineRow.of(each)));
      String file = FeatureBrowser.chunkFile(index, from / FeatureBrowser.CHUNK);
      try (OutputStream out = Files.newOutputStream(folder.resolve(file))) {
        FeatureBrowser.writeChunk(index, chunk, out);
      }
    }
    return new FeatureBrowser.Dictionary(name, "blocks.0.mlp.hook_post", 1_000_000, lines);
  }

  private static FeatureDescription description(String name, int feature) {
    Random random = new Random(feature);
    boolean dead = feature % 1000 == 7;
    float[] histogram = new float[20];
    for (int bin = 0; bin < 20 && !dead; bin++) {
      histogram[bin] = (20 - bin) / 210f;
    }
    FeatureRow row =
        new FeatureRow(
            name,
            "blocks.0.mlp.hook_post",
            feature,
            dead ? 0 : Math.pow(10, -4 * random.nextDouble()),
            dead ? 0 : 100,
            dead ? 0 : 1.2,
            dead ? 0 : 4,
            histogram,
            feature % 3 == 0 ? Double.NaN : random.nextGaussian() * 1e-3,
            12,
            feature % 1000 == 5 ? "kind=rare" : "word=<i>noun</i>",
            random.nextDouble(),
            0.3,
            Double.NaN);
    List<FeatureExampleRow> examples = new ArrayList<>();
    for (int rank = 0; rank < 4 && !dead; rank++) {
      List<String> tokens = new ArrayList<>(WORDS);
      tokens.add(0, "▁the");
      tokens.add(CLOSING);
      float[] values = new float[tokens.size()];
      values[1] = 4 - rank;
      values[2] = 1.5f;
      examples.add(
          new FeatureExampleRow(
              name,
              feature,
              rank % 2,
              rank < 2 ? "top" : "0.8-1",
              Long.MAX_VALUE - rank,
              6,
              4 - rank,
              5,
              tokens,
              values));
    }
    List<FeatureLogitRow> logits = new ArrayList<>();
    for (int rank = 0; rank < 3; rank++) {
      logits.add(
          new FeatureLogitRow(
              name, feature, rank, 1, rank, rank == 0 ? HOSTILE : "Ġup", 2 - rank / 2.0));
      logits.add(new FeatureLogitRow(name, feature, rank, -1, rank, "▁down", rank / 2.0 - 2));
    }
    FeatureLabelRow label =
        new FeatureLabelRow(
            name,
            feature,
            "word",
            "<i>noun</i>",
            0,
            0.7,
            0.8,
            0.6,
            0.69,
            0.7,
            0.2,
            2.5,
            1000,
            600,
            new float[5],
            new float[5]);
    FeatureNeighborRow neighbor =
        new FeatureNeighborRow(
            name, feature, FeatureNeighborRow.DECODER_COSINE, name, (feature + 1) % 64, 0, 0.4);
    return new FeatureDescription(
        row, examples, logits, List.of(label), List.of(neighbor), List.of());
  }
}
