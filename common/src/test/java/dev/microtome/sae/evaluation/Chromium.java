package dev.microtome.sae.evaluation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** A headless Chromium, driven over its DevTools protocol. */
final class Chromium implements AutoCloseable, WebSocket.Listener {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Process process;
  private final WebSocket socket;
  private final StringBuilder partial = new StringBuilder();
  private final Map<Integer, CompletableFuture<JsonNode>> answers = new ConcurrentHashMap<>();
  private final List<String> complaints = new ArrayList<>();
  private int calls;

  private Chromium(Process process, String page) {
    this.process = process;
    socket =
        HttpClient.newHttpClient().newWebSocketBuilder().buildAsync(URI.create(page), this).join();
  }

  /** Where a Chromium is installed, if there is one. */
  static Optional<Path> installed() {
    return Stream.of(System.getenv("PATH").split(":"))
        .flatMap(
            folder ->
                Stream.of("chromium", "chromium-browser", "google-chrome")
                    .map(name -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  static Chromium start(Path executable, Path profile) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                executable.toString(),
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--window-size=1440,900",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile,
                "about:blank")
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    BufferedReader errors =
        new BufferedReader(new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8));
    String line = errors.readLine();
    while (line != null && !line.startsWith("DevTools listening on ")) {
      line = errors.readLine();
    }
    if (line == null) {
      throw new IOException(executable + " ended before it listened");
    }
    Thread drain = new Thread(() -> errors.lines().forEach(unused -> {}));
    drain.setDaemon(true);
    drain.start();
    int port = URI.create(line.substring(line.indexOf("ws://"))).getPort();
    HttpRequest list =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/json/list")).build();
    String targets =
        HttpClient.newHttpClient().send(list, HttpResponse.BodyHandlers.ofString()).body();
    for (JsonNode target : JSON.readTree(targets)) {
      if (target.path("type").asText().equals("page")) {
        Chromium browser = new Chromium(process, target.path("webSocketDebuggerUrl").asText());
        browser.call("Runtime.enable", Map.of());
        browser.call("Log.enable", Map.of());
        browser.call("Page.enable", Map.of());
        return browser;
      }
    }
    process.destroy();
    throw new IOException(executable + " has no page: " + targets);
  }

  /** Opens a page and waits until the expression is true of it. */
  void open(Path page, String ready) throws IOException {
    call("Page.navigate", Map.of("url", page.toUri().toString()));
    await(ready);
  }

  /** Waits, frame by frame, until an expression is true; the caller's timeout bounds it. */
  void await(String expression) throws IOException {
    // A navigation throws the page's promises away, so each look is a call of its own.
    while (true) {
      JsonNode answer =
          call(
              "Runtime.evaluate",
              Map.of(
                  "expression",
                  "new Promise(r => requestAnimationFrame(() => r(!!(() => { try { return "
                      + expression
                      + "; } catch (e) { return false; } })())))",
                  "awaitPromise",
                  true,
                  "returnByValue",
                  true));
      if (answer.path("result").path("value").asBoolean()) {
        return;
      }
      if (Thread.currentThread().isInterrupted()) {
        throw new IOException("Stopped while waiting for " + expression);
      }
    }
  }

  /** Value of an expression. */
  JsonNode value(String expression) throws IOException {
    JsonNode answer =
        call("Runtime.evaluate", Map.of("expression", expression, "returnByValue", true));
    if (answer.has("exceptionDetails")) {
      throw new IOException(expression + ": " + answer.path("exceptionDetails"));
    }
    return answer.path("result").path("value");
  }

  String text(String expression) throws IOException {
    return value(expression).asText();
  }

  /** Presses and releases a key, such as {@code ArrowDown}; one character is typed. */
  void press(String key) throws IOException {
    if (key.length() == 1) {
      call("Input.dispatchKeyEvent", Map.of("type", "keyDown", "key", key, "text", key));
    } else {
      int code =
          Map.of("ArrowLeft", 37, "ArrowUp", 38, "ArrowRight", 39, "ArrowDown", 40)
              .getOrDefault(key, 13);
      call(
          "Input.dispatchKeyEvent",
          Map.of("type", "rawKeyDown", "key", key, "code", key, "windowsVirtualKeyCode", code));
    }
    call("Input.dispatchKeyEvent", Map.of("type", "keyUp", "key", key));
  }

  void colours(String scheme) throws IOException {
    call(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
  }

  void screenshot(Path file) throws IOException {
    JsonNode answer = call("Page.captureScreenshot", Map.of("format", "png"));
    Files.write(file, Base64.getDecoder().decode(answer.path("data").asText()));
  }

  /** Exceptions and what was refused or not found, since the start. */
  synchronized List<String> complaints() {
    return List.copyOf(complaints);
  }

  private JsonNode call(String method, Map<String, Object> parameters) throws IOException {
    int id = ++calls;
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    answers.put(id, answer);
    socket
        .sendText(
            JSON.writeValueAsString(Map.of("id", id, "method", method, "params", parameters)), true)
        .join();
    JsonNode message = answer.join();
    if (message.has("error")) {
      throw new IOException(method + ": " + message.path("error"));
    }
    return message.path("result");
  }

  @Override
  public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
    partial.append(data);
    if (last) {
      try {
        take(JSON.readTree(partial.toString()));
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
      partial.setLength(0);
    }
    from.request(1);
    return null;
  }

  private void take(JsonNode message) {
    if (message.has("id")) {
      answers.remove(message.path("id").asInt()).complete(message);
      return;
    }
    String method = message.path("method").asText();
    boolean error =
        method.equals("Runtime.exceptionThrown")
            || (method.equals("Log.entryAdded")
                && message.path("params").path("entry").path("level").asText().equals("error"));
    if (error) {
      synchronized (this) {
        complaints.add(message.path("params").toString());
      }
    }
  }

  @Override
  public void close() {
    socket.abort();
    process.descendants().forEach(ProcessHandle::destroy);
    process.destroy();
    process.onExit().join();
  }
}
