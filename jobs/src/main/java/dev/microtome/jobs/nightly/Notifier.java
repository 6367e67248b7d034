package dev.microtome.jobs.nightly;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
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

  Notifier(NotifyConfig config, PrintStream out) {
    this.config = config;
    this.out = out;
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
    ProcessBuilder builder =
        new ProcessBuilder(config.command())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.INHERIT);
    builder.environment().put("MICROTOME_STATUS", summary.status());
    builder.environment().put("MICROTOME_RUN", run);
    try {
      Process process = builder.start();
      try (OutputStream in = process.getOutputStream()) {
        in.write(summary.text().getBytes(StandardCharsets.UTF_8));
      } catch (IOException e) {
        // A program that reads no input has closed it; its exit code tells how it went.
      }
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
        out.println("notification.command did not end within " + PATIENCE.toSeconds() + " s");
      } else if (process.exitValue() != 0) {
        out.println("notification.command ended with exit code " + process.exitValue());
      }
    } catch (IOException e) {
      out.println("notification.command cannot be started: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void post(String address, NightSummary summary, String run) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.put("text", summary.text()).put("status", summary.status()).put("run", run);
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(address))
            .timeout(PATIENCE)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
            .build();
    HttpClient client = HttpClient.newBuilder().connectTimeout(PATIENCE).build();
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
