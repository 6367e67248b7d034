package dev.microtome.jobs.quickstart;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What {@code mvn -Pquickstart package} runs after the build: {@code conf/quickstart.conf} as a
 * {@link Pipeline}, whose last step writes a page; a copy of that lies where people find it.
 */
public final class QuickStart {
  /** The way from the page of a run, STEP/RUN/page/index.html, to the output folder. */
  private static final String UP = "href=\"../../../";

  private QuickStart() {}

  /**
   * Runs the quick start.
   *
   * @param arguments configuration file, output folder, folder of Spark's jars, application jar
   * @throws IllegalStateException when a job fails; what it printed says why
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Path output = Path.of(arguments[1]).toAbsolutePath().normalize();
    new Pipeline(Path.of(arguments[0]), output, Path.of(arguments[2]), Path.of(arguments[3])).run();
    System.out.printf("%nOpen this page in a web browser:%n%s%n", publish(output).toUri());
  }

  /** Copies the newest page into the output folder; its links lead to the same places. */
  static Path publish(Path output) throws IOException {
    Path report = output.resolve("report");
    String run = Files.readString(report.resolve("latest")).strip();
    String page = Files.readString(report.resolve(run).resolve("page/index.html"));
    Path copy = output.resolve("index.html");
    Files.writeString(copy, page.replace(UP, "href=\""));
    return copy;
  }
}
