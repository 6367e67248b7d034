package dev.microtome.jobs.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What a headless Chromium makes of a page: a script in a copy of it measures and tells. */
final class HeadlessPage {
  private static final String ANSWER = "<pre id=\"answer\">";

  /** Comes before everything else, so that it hears of all errors. */
  private static final String PROBE =
      """
      <script>
      const complaints = [];
      addEventListener('error', e => complaints.push(e.message || 'cannot load ' + e.target.outerHTML), true);
      addEventListener('load', () => {
        const box = e => { const r = e.getBoundingClientRect(); return [r.width, r.height]; };
        const style = e => getComputedStyle(e);
        parent.postMessage(JSON.stringify({
          complaints,
          title: document.title,
          text: document.querySelector('main').innerText,
          hacked: typeof window.hacked,
          images: document.images.length,
          loaded: performance.getEntriesByType('resource').map(e => e.name),
          overflow: document.documentElement.scrollWidth - innerWidth,
          background: style(document.body).backgroundColor,
          letters: [...document.querySelectorAll('svg text')].map(e => style(e).fill),
          links: [...document.querySelectorAll('a')].map(e => e.getAttribute('href')),
          broken: [...document.querySelectorAll('a')].map(e => e.getAttribute('href'))
              .filter(h => h.startsWith('#') && !document.querySelector(h)),
          figures: [...document.querySelectorAll('figure svg')].map(e => ({
            box: box(e), role: e.getAttribute('role'), label: e.getAttribute('aria-label'),
            marks: [...e.querySelectorAll('path, circle, line')].filter(m => box(m)[0] + box(m)[1] > 20).length,
            outside: [...e.querySelectorAll('text')].filter(t => {
              const r = t.getBoundingClientRect(), s = e.closest('figure').getBoundingClientRect();
              return r.left < s.left || r.right > s.right || r.bottom > s.bottom; }).length
          }))
        }), '*');
      });
      </script>
      """;

  private HeadlessPage() {}

  /** Where a Chromium is installed, if there is one. */
  static Optional<Path> chromium() {
    return Stream.of(System.getenv("PATH").split(":", -1))
        .flatMap(
            folder ->
                Stream.of("chromium", "chromium-browser", "google-chrome")
                    .map(name -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /**
   * Opens a page in a window of its own.
   *
   * @param folder for what this needs
   * @param width of the window, in pixels
   * @param options of the browser
   */
  static JsonNode open(String page, Path folder, int width, String... options)
      throws IOException, InterruptedException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("page.html"), page.replace("<head>", "<head>" + PROBE));
    Path frame = folder.resolve("frame.html");
    Files.writeString(
        frame,
        """
        <!doctype html><meta charset="utf-8"><pre id="answer"></pre>
        <script>
        onmessage = e => { document.getElementById('answer').textContent = btoa(String.fromCharCode(...new TextEncoder().encode(e.data))); };
        </script>
        <iframe src="page.html" style="width:%dpx;height:800px;border:0"></iframe>
        """
            .formatted(width));
    List<String> command =
        new ArrayList<>(
            List.of(
                chromium().orElseThrow().toString(),
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--virtual-time-budget=2000",
                "--user-data-dir=" + folder.resolve("profile"),
                "--dump-dom"));
    command.addAll(List.of(options));
    command.add(frame.toUri().toString());
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String dom = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    int from = dom.indexOf(ANSWER) + ANSWER.length();
    byte[] answer = Base64.getDecoder().decode(dom.substring(from, dom.indexOf("</pre>", from)));
    return new ObjectMapper().readTree(answer);
  }
}
