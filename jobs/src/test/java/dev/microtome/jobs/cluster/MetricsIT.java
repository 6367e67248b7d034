package dev.microtome.jobs.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What Prometheus is told while a job runs, with the settings of conf/spark as they are shipped.
 */
class MetricsIT {
  private final HttpClient client = HttpClient.newHttpClient();

  @TempDir private Path folder;

  /** As it was when it last answered; empty until then. */
  private final class Page {
    private final URI address;
    private String text = "";

    Page(String address) {
      this.address = URI.create(address);
    }

    boolean has(String words) {
      if (!text.contains(words)) {
        ask();
      }
      return text.contains(words);
    }

    private void ask() {
      try {
        HttpResponse<String> answer =
            client.send(
                HttpRequest.newBuilder(address).timeout(Duration.ofSeconds(10)).build(),
                HttpResponse.BodyHandlers.ofString());
        text = answer.statusCode() == 200 ? answer.body() : text;
      } catch (IOException e) {
        // It does not listen yet, or does not any more.
        return;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** The namespace of the second is the application's id, which begins so on one machine. */
  @ParameterizedTest(name = "{0}")
  @CsvSource({"managed.conf, metrics_microtome_driver_", "metrics.properties, metrics_local_"})
  void driverAndExecutorsAnswer(String file, String prefix)
      throws IOException, InterruptedException {
    Path settings = Path.of("../conf/spark").resolve(file).toAbsolutePath();
    List<String> options = new ArrayList<>(Submission.local());
    int port = StandaloneCluster.freePort();
    options.addAll(List.of("--conf", "spark.ui.enabled=true", "--conf", "spark.ui.port=" + port));
    options.addAll(
        file.endsWith(".conf")
            ? List.of("--properties-file", settings.toString())
            : List.of(
                "--conf",
                "spark.metrics.conf=" + settings,
                "--conf",
                "spark.ui.prometheus.enabled=true"));
    String ui = "http://127.0.0.1:" + port + "/metrics";
    Page driver = new Page(ui + "/prometheus");
    Page executors = new Page(ui + "/executors/prometheus");
    try (Submission job =
        Submission.start(
            SparkHome.staged(),
            options,
            List.of(
                "generate-corpus",
                "--set",
                "sequences=20000",
                "--set",
                "sequences-per-part=2000",
                "--output",
                folder.resolve("corpus").toString()),
            Files.createTempFile(folder, "submit", ".log"))) {
      assertThat(
              job.reaches(
                  () ->
                      driver.has(prefix) && executors.has("metrics_executor_completedTasks_total")))
          .as("%s%n%s%n%s", driver.text, executors.text, job.output())
          .isTrue();
    }
    assertThat(driver.text).containsPattern(prefix + "\\w*BlockManager_memory_maxMem_MB\\w*\\{");
    assertThat(executors.text).contains("application_name=\"microtome generate-corpus\"");
  }
}
