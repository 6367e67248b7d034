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
 *
 * <p>Spark answers "Spark is starting up" until its pages are there, and those name a source only
 * once it is registered: so pages are asked again until they have what they should. The job has
 * more to do than that takes, and is killed then.
 */
class MetricsIT {
  private static final int ATTEMPTS = 10_000;
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** Spark sends the driver's page to the same with a slash, as Prometheus follows it. */
  private final HttpClient client =
      HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NORMAL).build();

  @TempDir private Path folder;

  /** As it was when it last answered; empty until then. */
  private final class Page {
    private final URI address;
    private String text = "";
    private int asked;

    Page(String address) {
      this.address = URI.create(address);
    }

    /** Whether the page has the words by now; if not it is asked anew. */
    boolean has(String words) {
      if (!text.contains(words)) {
        ask();
      }
      return text.contains(words);
    }

    private void ask() {
      asked++;
      try {
        text =
            client
                .send(
                    HttpRequest.newBuilder(address).timeout(PATIENCE).build(),
                    HttpResponse.BodyHandlers.ofString())
                .body();
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
                "sequences=2000000",
                "--set",
                "sequences-per-part=2000",
                "--output",
                folder.resolve("corpus").toString()),
            Files.createTempFile(folder, "submit", ".log"))) {
      job.reaches(
          () ->
              (driver.has("_BlockManager_memory_maxMem_MB_")
                      && executors.has("metrics_executor_completedTasks_total"))
                  || driver.asked + executors.asked > ATTEMPTS);
      assertThat(driver.text)
          .as(job::output)
          .containsPattern(prefix + "\\w*BlockManager_memory_maxMem_MB\\w*\\{");
      assertThat(executors.text)
          .as(job::output)
          .contains("metrics_executor_completedTasks_total")
          .contains("application_name=\"microtome generate-corpus\"");
    }
  }
}
