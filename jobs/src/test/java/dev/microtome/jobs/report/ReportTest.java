package dev.microtome.jobs.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.microtome.jobs.JobRun;
import dev.microtome.jobs.LocalSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The job through the command line, behind a pipeline that takes seconds. */
@ExtendWith(LocalSpark.class)
class ReportTest {
  private static final String PIPELINE =
      """
      jobs = [
        { name = tokens, job = generate-corpus, configuration {
            kind = induction, sequences = 8, context-length = 16, text = false, induction { vocabulary-size = 16, min-segment = 3, max-segment = 5 } } }
        { name = models, job = train-model, configuration {
            tokens = [${output}/tokens], steps = 2, context-length = 16, architecture { layers = 1, heads = 2, d-model = 8 }
            sweep = [{ name = tiny }] } }
        { name = heads, job = induction-heads, configuration {
            checkpoints = [${output}/models], repeats = 2, sequence-length = 5, examples = 2
            tokens = ${output}/tokens, early-position = 2, late-position = 10, ablations = [] } }
        { name = report, job = report, configuration { title = "A pipeline", heads = ${output}/heads, steps = [${output}/models, ${output}/heads] } }
      ]
      """;

  @TempDir private Path folder;

  private JobRun pipeline() throws IOException {
    Path file = folder.resolve("pipeline.conf");
    Files.writeString(file, PIPELINE);
    return JobRun.of("run-all", folder.resolve("runs"), List.of("--config=" + file)).succeeded();
  }

  private Path runs(String step) {
    return folder.resolve("runs").resolve(step);
  }

  private JobRun report(String... arguments) {
    return JobRun.of("report", folder.resolve("page"), List.of(arguments));
  }

  @Test
  void isTheLastStepOfAPipeline() throws IOException {
    JobRun first = pipeline();

    assertThat(first.out()).contains("Step 4 of 4: report (report), ");
    String page = Files.readString(JobRun.newest(runs("report")).resolve("page/index.html"));
    assertThat(page)
        .contains("<h1>A pipeline</h1>", "id=\"phase-change\"", "id=\"heads\"", "tiny 0.0")
        .contains("id=\"loss\"", "<th scope=\"row\">models</th><td>train-model</td>")
        .contains("<td>" + Numbers.bytes(written("models")) + "</td></tr>")
        .doesNotContain("<td>generate-corpus</td>", "id=\"saes\"", "id=\"erasure\"");
    assertThat(pipeline().out()).contains("All is well: 4 up-to-date");

    // A new run of a step has other times, which the page tells.
    JobRun.of(
            "run-all",
            folder.resolve("runs"),
            List.of("--config=" + folder.resolve("pipeline.conf"), "--only=models", "--force"))
        .succeeded();
    assertThat(pipeline().out()).contains("1 done, 3 up-to-date");
  }

  /** Bytes of all that a step has written, its checkpoints included. */
  private long written(String step) throws IOException {
    return JobRun.written(runs(step)).values().stream().mapToLong(bytes -> bytes.length).sum();
  }

  @Test
  void refusesWhatIsNoSuchRun() throws IOException {
    pipeline();
    report("heads=" + runs("tokens"))
        .refusedWith(
            "of generate-corpus has no table 'head_scores' (it has corpus_metrics, induction,");
    report("sae-features=" + runs("heads")).refusedWith("has no table 'features' (it has head_sco");
    report("steps=[" + folder.resolve("none") + "]").refusedWith("/none");
    report("steps=[" + folder + "]").refusedWith(": no run and no output folder");
    report("erasure=" + runs("heads"), "losses=" + runs("heads"), "erased-losses=" + runs("heads"))
        .refusedWith("has no table 'erasure_probes'");
    report().refusedWith("at least one input is needed");
    report("hedas=x").refusedWith("Unknown key hedas: did you mean heads?");
    Files.delete(JobRun.newest(runs("heads")).resolve("_SUCCESS"));
    report("heads=" + runs("heads")).refusedWith("has no _SUCCESS");
    assertThat(folder.resolve("page")).doesNotExist();
  }

  /** Segments of one token have nothing to foretell, and neither has a model that is not causal. */
  @Test
  void headsWithoutPredictionsHaveAPage() throws IOException {
    pipeline();
    JobRun.of(
            "induction-heads",
            folder.resolve("single"),
            List.of(
                "checkpoints=[" + runs("models") + "]",
                "repeats=2",
                "sequence-length=1",
                "examples=2"))
        .succeeded();

    report("heads=" + folder.resolve("single")).succeeded();

    assertThat(Files.readString(JobRun.newest(folder.resolve("page")).resolve("page/index.html")))
        .contains("id=\"heads\"")
        .doesNotContain("id=\"phase-change\"");
  }

  @Test
  void refusesATableWithoutRows() throws IOException {
    pipeline();
    Path manifest = JobRun.newest(runs("heads")).resolve("manifest.json");
    ObjectNode json = (ObjectNode) new ObjectMapper().readTree(manifest.toFile());
    ObjectNode table = (ObjectNode) json.path("tables").path("head_scores");
    table.put("rows", 0).putArray("files");
    Files.writeString(manifest, json.toString());

    report("heads=" + runs("heads")).refusedWith("heads: table head_scores of ");
  }
}
