package dev.microtome.jobs.nightly;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Tells people how a night went. That they could not be told is printed and changes nothing else:
 * the night's own end is what counts. Addresses are secrets and never printed.
 */
final class Notifier {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final NotifyConfig config;
  private final PrintStream out;
  private final Duration patience;

  Notifier(NotifyConfig config, PrintStream out) {
    this(config, out, PATIENCE);
  }

  /**
   * Makes a notifier.
   *
   * @param patience how long a program or an address may take
   */
  Notifier(NotifyConfig config, PrintStream out, Duration patience) {
    this.config = config;
    this.out = out;
    this.patience = patience;
  }

  /**
   * Tells whoever wants to know.
   *
   * @param run folder of the night's run
   */
  void tell(NightSummary summary, String run) {
    if (summary.well() && config.on() == NotifyConfig.On.FAILURE) {
      return;
    }
    if (!config.command().isEmpty()) {
      start(summary, run);
    }
    config.webhook().ifPresent(address -> post(address, summary, run));
  }

  private void start(NightSummary summary, String run) {
    Path input = null;
    try {
      // A file and no pipe: a program that reads nothing would let a long summary wait for ever.
      input = Files.createTempFile("summary", ".txt");
      Files.writeString(input, summary.text());
      ProcessBuilder builder =
          new ProcessBuilder(config.command())
              .redirectInput(input.toFile())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.INHERIT);
      builder.environment().put("MICROTOME_STATUS", summary.status());
      builder.environment().put("MICROTOME_RUN", run);
      await(builder.start());
    } catch (IOException e) {
      out.println("notification.command cannot be started: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      delete(input);
    }
  }

  private void await(Process process) throws InterruptedException {
    if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      out.println("notification.command did not end within " + patience.toSeconds() + " s");
    } else if (process.exitValue() != 0) {
      out.println("notification.command ended with exit code " + process.exitValue());
    }
  }

  private void delete(Path input) {
    try {
      if (input != null) {
        Files.delete(input);
      }
    } catch (IOException e) {
      out.println("Cannot delete " + input + ": " + e.getMessage());
    }
  }

  private void post(String address, NightSummary summary, String run) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.put("text", summary.text()).put("status", summary.status()).put("run", run);
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(address))
            .timeout(patience)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
            .build();
    HttpClient client = HttpClient.newBuilder().connectTimeout(patience).build();
    try {
      int code = client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
      if (code / 100 != 2) {
        out.println("notification.webhook answered with status " + code);
      }
    } catch (IOException e) {
      out.println("notification.webhook cannot be reached: " + e.getClass().getSimpleName());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
