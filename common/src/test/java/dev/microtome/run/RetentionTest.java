package dev.microtome.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RetentionTest {
  private static final Instant FIRST = Instant.parse("2026-11-01T02:00:00Z");
  private static final Clock CLOCK = Clock.fixed(FIRST.plusSeconds(1_000_000), ZoneOffset.UTC);

  @TempDir private Path root;

  private final LocalFileStore files = new LocalFileStore();

  /** A run of night N, in the folder of a step, with its digits as fingerprint. */
  private RunDirectory begin(String step, int night, RunDirectory... inputs) throws IOException {
    Fingerprint fingerprint = new Fingerprint("%08d".formatted(night) + "0".repeat(56));
    Instant start = FIRST.plusSeconds(86_400L * night);
    RunDirectory run =
        RunDirectory.create(files, root.resolve(step).toString(), start, fingerprint);
    List<InputRecord> records =
        Arrays.stream(inputs)
            .map(
                input ->
                    new InputRecord(
                        "table",
                        input.tablePath("t"),
                        "d",
                        1,
                        1,
                        1,
                        InputRecord.runsOf(List.of(input.tablePath("t")))))
            .toList();
    run.start(
        Manifest.started(
                "j",
                false,
                fingerprint,
                JsonNodeFactory.instance.objectNode(),
                records,
                Map.of(),
                Map.of(),
                1,
                start.toString())
            .withRun(run.id()));
    return run;
  }

  private RunDirectory run(String step, int night, RunDirectory... inputs) throws IOException {
    RunDirectory run = begin(step, night, inputs);
    Manifest started = run.readManifest().orElseThrow();
    run.succeed(
        started.completed(
            Map.of(),
            Map.of(),
            Map.of(),
            Map.of(),
            Instant.parse(started.started()).plusMillis(60_500).toString(),
            60.5));
    return run;
  }

  private List<String> staying(int keep) throws IOException {
    return new Retention(files, keep)
        .decide(root.toString()).stream()
            .filter(Retention.Decision::stays)
            .map(Retention.Decision::path)
            .toList();
  }

  @Test
  void theNewestRunsOfEachOutputStay() throws IOException {
    RunDirectory[] corpus = {run("corpus", 0), run("corpus", 1), run("corpus", 2)};
    RunDirectory[] model = {run("deep/models", 0), run("deep/models", 1)};

    assertThat(staying(1)).containsExactly(corpus[2].path(), model[1].path());
    assertThat(staying(2))
        .containsExactly(corpus[1].path(), corpus[2].path(), model[0].path(), model[1].path());
  }

  @Test
  void whatAManifestThatStaysRefersToStaysAndWhatThatRefersTo() throws IOException {
    RunDirectory text = run("text", 0);
    RunDirectory tokens = run("tokens", 0, text);
    RunDirectory model = run("model", 0, tokens);
    RunDirectory laterText = run("text", 1);
    RunDirectory laterTokens = run("tokens", 1, laterText);
    run("text", 2);
    run("tokens", 2);

    List<String> stay = staying(1);
    assertThat(stay).contains(text.path(), tokens.path(), model.path());
    assertThat(stay).doesNotContain(laterText.path(), laterTokens.path());
    assertThat(new Retention(files, 1).decide(root.toString()))
        .filteredOn(decision -> decision.path().equals(text.path()))
        .extracting(Retention.Decision::reason)
        .containsExactly("read by " + tokens.path());
  }

  @Test
  void theRunThatLatestNamesStays() throws IOException {
    RunDirectory old = run("corpus", 0);
    run("corpus", 1);
    run("corpus", 2);
    files.replace(root.resolve("corpus/latest").toString(), old.id() + "\n");

    assertThat(staying(1)).hasSize(2).contains(old.path());
  }

  @Test
  void anUnfinishedRunStaysWhileItIsTheNewest() throws IOException {
    RunDirectory stale = begin("corpus", 0);
    RunDirectory done = run("corpus", 1);
    RunDirectory running = begin("corpus", 2);

    assertThat(staying(1)).containsExactly(done.path(), running.path());
    assertThat(staying(1)).doesNotContain(stale.path());
  }

  @Test
  void whatIsNoRunIsNotTouched() throws IOException {
    run("corpus", 0);
    Files.createDirectories(root.resolve("corpus/2026-11-01T02-00-00Z-deadbeef/t"));
    Files.createDirectories(root.resolve("notes"));

    assertThat(new Retention(files, 1).decide(root.toString())).hasSize(1);
  }

  @Test
  void removesWhatDoesNotStayAndNothingElse() throws IOException {
    RunDirectory old = run("corpus", 0);
    RunDirectory kept = run("corpus", 1);
    Retention retention = new Retention(files, 1);
    String output = files.qualify(root.resolve("corpus").toString());

    retention.remove(output, retention.decide(root.toString()), CLOCK);

    assertThat(files.exists(old.path())).isFalse();
    assertThat(kept.succeeded()).isTrue();
    assertThat(root.resolve("corpus")).isDirectoryNotContaining("glob:**_lease*");
  }

  /** Between the decision and the lease somebody has resumed an old run and finished it. */
  @Test
  void aRunThatHasBecomeTheNewestMeanwhileIsSpared() throws IOException {
    RunDirectory resumed = begin("corpus", 0);
    RunDirectory kept = run("corpus", 1);
    Retention retention = new Retention(files, 1);
    String output = files.qualify(root.resolve("corpus").toString());
    List<Retention.Decision> decisions = retention.decide(root.toString());
    assertThat(decisions).filteredOn(each -> !each.stays()).hasSize(1);
    resumed.succeed(
        resumed
            .readManifest()
            .orElseThrow()
            .completed(Map.of(), Map.of(), Map.of(), Map.of(), CLOCK.instant().toString(), 60.5));

    List<Retention.Decision> done = retention.remove(output, decisions, CLOCK);

    assertThat(resumed.succeeded()).isTrue();
    assertThat(kept.succeeded()).isTrue();
    assertThat(done).extracting(Retention.Decision::stays).containsExactly(true, true);
    assertThat(done.get(0).reason()).isEqualTo("latest");
  }

  @Test
  void anOutputInUseIsNotCleaned() throws IOException {
    RunDirectory old = run("corpus", 0);
    run("corpus", 1);
    Retention retention = new Retention(files, 1);
    String output = files.qualify(root.resolve("corpus").toString());
    List<Retention.Decision> decisions = retention.decide(root.toString());

    try (Lease lease = Lease.acquire(files, output, CLOCK)) {
      assertThat(lease.isHeld()).isTrue();
      assertThatThrownBy(() -> retention.remove(output, decisions, CLOCK))
          .isInstanceOf(InputException.class)
          .hasMessageStartingWith("Output is in use by process ");
    }
    assertThat(files.exists(old.path())).isTrue();
  }

  @Test
  void atLeastOneRunStays() {
    assertThatThrownBy(() -> new Retention(files, 0))
        .isInstanceOf(InputException.class)
        .hasMessage("keep: 0 runs: at least 1 must stay");
  }

  @Test
  void theRunsOfAPathAreItsFoldersWithNamesOfRuns() {
    assertThat(
            InputRecord.runsOf(
                List.of(
                    "file:/a/2026-11-01T02-00-00Z-0000000a/t/part-0.parquet",
                    "file:/a/2026-11-01T02-00-00Z-0000000a/t/part-1.parquet",
                    "file:/a/b")))
        .containsExactly("file:/a/2026-11-01T02-00-00Z-0000000a");
  }
}
