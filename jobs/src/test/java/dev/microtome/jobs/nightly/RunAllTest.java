package dev.microtome.jobs.nightly;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.microtome.config.ConfigReader;
import dev.microtome.config.OptionDoc;
import dev.microtome.jobs.JobRun;
import dev.microtome.jobs.LocalSpark;
import dev.microtome.run.Lease;
import dev.microtome.run.LocalFileStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which steps of a night run, what they leave, and what it refuses. */
@ExtendWith(LocalSpark.class)
class RunAllTest {
  @TempDir private Path folder;
  private Nights nights;

  @BeforeEach
  void inAFolderOfItsOwn() {
    nights = new Nights(folder.resolve("nights"));
  }

  @Test
  void theConfigurationFileHasEveryKeyWithItsMeaningAndDefault() throws IOException {
    Path conf = Path.of("../conf/jobs/run-all.conf");
    Config file = ConfigFactory.parseFile(conf.toFile());
    for (OptionDoc option : OptionDoc.of(RunAllConfig.class)) {
      if (!option.orElse().isEmpty() && !option.key().contains("[]")) {
        assertThat(file.hasPathOrNull(option.key())).as(option.key()).isTrue();
      }
      String words = Files.readString(conf).replaceAll("\\s*\n *# *", " ");
      assertThat(words).contains(option.doc());
    }
    assertThat(read(Optional.of(conf.toString()))).isEqualTo(read(Optional.empty()));
  }

  private static RunAllConfig read(Optional<String> file) {
    List<String> jobs = List.of("jobs=[{ name = a, job = range, configuration { count = 1 } }]");
    return ConfigReader.read(RunAllConfig.class, file, jobs, new LocalFileStore()).value();
  }

  @Test
  void runsEachStepIntoItsOwnFolderAndRecordsIt() throws IOException {
    nights.run(Nights.STEPS).succeeded();

    List<PipelineRow> rows = nights.rows();
    assertThat(nights.statuses()).containsExactly("corpus done", "numbers done", "models done");
    PipelineRow numbers = rows.get(1);
    assertThat(numbers.job()).isEqualTo("range");
    assertThat(numbers.rows()).isEqualTo(25);
    assertThat(numbers.partsComputed()).isEqualTo(3);
    assertThat(numbers.bytes()).isPositive();
    Path run = Path.of(numbers.output().replaceFirst("^file:", "")).resolve(numbers.run());
    assertThat(run).isEqualTo(nights.folder().resolve("numbers").resolve(numbers.run()));
    assertThat(run.resolve("_SUCCESS")).exists();
    assertThat(rows.get(2).rows()).isEqualTo(2);
  }

  @Test
  void aSecondNightComputesOnlyWhatChanged() throws IOException {
    nights.run(Nights.STEPS).succeeded();
    nights.run(Nights.STEPS).succeeded();
    assertThat(nights.statuses())
        .containsExactly("corpus up-to-date", "numbers up-to-date", "models up-to-date");

    nights.run(Nights.STEPS.replace("sequences = 20", "sequences = 21")).succeeded();
    assertThat(nights.statuses())
        .containsExactly("corpus done", "numbers up-to-date", "models done");
  }

  @Test
  void whatReadsAnUnchangedTableOfANewRunIsUpToDate() throws IOException {
    nights.run(Nights.STEPS).succeeded();

    // Another key, the same rows.
    nights
        .run(
            Nights.STEPS.replace("text = false", "text = false, sequences-per-part = 4096"),
            "--force")
        .succeeded();
    nights.run(Nights.STEPS).succeeded();
    assertThat(nights.statuses())
        .containsExactly("corpus up-to-date", "numbers up-to-date", "models up-to-date");
  }

  @Test
  void whatAStepWarnsOfIsTheNights() throws IOException {
    String steps =
        "jobs = [{ name = r, job = range, configuration { count = 5, trouble = warns } }]";
    String warning = "warning: 5 rows are few; or not";

    JobRun night = nights.run(steps).succeeded();
    assertThat(night.out())
        .contains("Warning: 5 rows are few\n", "  Warning: or not\n")
        .contains("All is well: 1 done, 1 with a warning (r)\n", " bytes  " + warning + "\n");
    assertThat(nights.rows().get(0).message()).isEqualTo(warning);

    // Up to date, it stands as it was.
    assertThat(nights.run(steps).succeeded().out())
        .contains("All is well: 1 up-to-date, 1 with a warning (r)\n");
    assertThat(nights.rows().get(0).message()).isEqualTo(warning);
  }

  @Test
  void aFailingStepStopsThoseThatNeedItAndNoOthers() throws IOException {
    JobRun night =
        nights.run(
            """
            jobs = [
              { name = first, job = range, configuration { count = 5, trouble = refused-input } }
              { name = second, job = range, configuration { count = 5 }, after = first }
              { name = third, job = range, configuration { count = 5 }, after = [second] }
              { name = other, job = range, configuration { count = 5 } }
            ]
            """);

    assertThat(nights.statuses())
        .containsExactly("first failed", "second blocked", "third blocked", "other done");
    night.refusedWith("Not well: 1 done, 1 failed (first), 2 blocked (second, third). first: ");
    List<PipelineRow> rows = nights.rows();
    assertThat(rows.get(0).message()).isNotEmpty();
    assertThat(rows.get(1).message()).isEqualTo("needs first");
    assertThat(rows.get(2).message()).isEqualTo("needs second");
    assertThat(night.out()).contains("Step 4 of 4: other (range)");
  }

  @Test
  void aBrokenStepEndsTheCommandWithCode3AndItsStackTraceStandsAtTheStep() throws IOException {
    JobRun night =
        nights.run(
            """
            jobs = [{ name = first, job = range, configuration { count = 5, trouble = broken-code } }]
            """);

    assertThat(night.code()).isEqualTo(3);
    assertThat(night.err()).contains("ERROR: Not well: 1 failed (first)").doesNotContain("\tat ");
    assertThat(night.out()).contains("\tat ");
    assertThat(nights.statuses()).containsExactly("first failed");
  }

  /** The driver was killed when all was written but the mark of success. */
  @Test
  void aNightThatIsResumedRecordsWhatItFoundItself() throws IOException {
    String one = "jobs = [{ name = a, job = range, configuration { count = 5 } }]";
    Path steps = nights.folder().resolve("a");
    try (Lease lease = Lease.acquire(new LocalFileStore(), steps.toString(), Clock.systemUTC())) {
      assertThat(lease.isHeld()).isTrue();
      nights.run(one).refusedWith("Not well: 1 failed (a)");
    }
    Path run = JobRun.newest(nights.folder());
    Files.delete(run.resolve("_SUCCESS"));
    Files.delete(nights.folder().resolve("latest"));

    assertThat(nights.run(one).succeeded().out()).contains("Resuming run " + run);
    assertThat(nights.statuses()).containsExactly("a done");
  }

  @Test
  void onlyAndFromLeaveTheOtherStepsAsTheyAre() throws IOException {
    nights.run(Nights.STEPS, "--only=numbers").succeeded();
    assertThat(nights.statuses())
        .containsExactly("corpus not-selected", "numbers done", "models not-selected");
    assertThat(nights.folder().resolve("corpus")).doesNotExist();

    nights.run(Nights.STEPS, "--only=corpus").succeeded();
    nights.run(Nights.STEPS, "--from=numbers").succeeded();
    assertThat(nights.statuses())
        .containsExactly("corpus not-selected", "numbers up-to-date", "models done");
  }

  /** What the models of a kept run were made of stays, however old it is. */
  @Test
  void aNightCleansItsFolderAsTheCommandCleanDoes() throws IOException {
    String keeping = "retention.keep = 1\n" + Nights.STEPS;
    nights.run(Nights.STEPS).succeeded();
    nights.run(keeping.replace("count = 25", "count = 26")).succeeded();
    Path first = run("corpus");
    Path models = run("models");
    assertThat(runs("numbers")).isEqualTo(1);
    assertThat(runs("")).as("nights themselves").isEqualTo(1);

    String more = keeping.replace("sequences = 20", "sequences = 21");
    assertThat(nights.run(more, "--only=corpus", "--dry-run").succeeded().out())
        .doesNotContain("Old runs", "would go ");
    nights.run(more, "--only=corpus").succeeded();
    assertThat(run("corpus")).isNotEqualTo(first);
    assertThat(first).as("not a night of all steps").exists();

    assertThat(nights.run(more).succeeded().out())
        .contains("removed " + models)
        .contains("removed " + first);
    assertThat(first).doesNotExist();
    assertThat(run("models")).exists();
  }

  @Test
  void nothingIsRemovedUnlessItIsAskedForAndAllIsWell() throws IOException {
    String one = "jobs = [{ name = a, job = range, configuration { count = 5 } }]\n";
    nights.run(one).succeeded();
    nights.run(one.replace("5", "6")).succeeded();
    assertThat(runs("a")).isEqualTo(2);
    assertThat(nights.run("retention.keep = 1\n" + one, "--dry-run").succeeded().out())
        .contains("  would go " + nights.folder().resolve("a"));

    nights
        .run("retention.keep = 1\n" + one.replace("5", "7, trouble = refused-input"))
        .refusedWith("Not well");
    assertThat(runs("a")).isGreaterThan(1);
    nights
        .run("retention.keep = 0\n" + one)
        .refusedWith("retention.keep: invalid value 0: must be at least 1, or null");
  }

  private Path run(String step) throws IOException {
    return JobRun.newest(nights.folder().resolve(step));
  }

  private long runs(String step) throws IOException {
    try (Stream<Path> entries = Files.list(nights.folder().resolve(step))) {
      return entries.filter(path -> path.getFileName().toString().matches("\\d{4}-.*")).count();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"quickstart", "phase-change", "monosemanticity"})
  void thePipelinesOfThisRepositoryAreOnes(String name) {
    List<String> arguments = List.of("--config=../conf/" + name + ".conf", "--dry-run");
    assertThat(JobRun.of("run-all", folder.resolve("x"), arguments).succeeded().out())
        .contains("└─ ");
  }

  @Test
  void aStepWhoseNameIsTheBeginningOfAnothersIsNotMistakenForIt() throws IOException {
    String steps = Nights.STEPS.replace("name = numbers", "name = corp");
    assertThat(nights.run(steps, "--dry-run").succeeded().out())
        .contains("models (train-model): would be looked at after corpus\n");
  }

  @Test
  void mistakesAreFoundBeforeTheFirstStep() throws IOException {
    refused("{ name = a, job = rang, configuration { count = 5 } }", "Step 'a': Unknown job: rang");
    refused(
        "{ name = a, job = range, configuration { cuont = 5 } }",
        "Step 'a': Unknown key cuont: did you mean count?");
    refused("{ name = a, job = range }", "Step 'a': Missing key count");
    refused(
        "{ name = a, job = range, configuration { count = 5 } }, { name = a, job = range, configuration { count = 6 } }",
        "jobs: invalid value a: each step needs a name of its own");
    refused(
        "{ name = latest, job = range, configuration { count = 5 } }",
        "name: invalid value latest: must be");
    refused(
        "{ name = a, job = range, configuration { count = 5 }, after = [b] }",
        "jobs[0].after: invalid value b: must be the name of an earlier step");
    refused(
        """
        { name = m, job = train-model, configuration { tokens = [${output}/c], steps = 2 } },
        { name = c, job = generate-corpus }
        """,
        "/nights/c, which a later step writes: move 'c' before it");
    refused(
        "{ name = m, job = train-model, configuration { tokens = [${output}/m], steps = 2 } }",
        "Step 'm' reads what it writes itself: ");
    nights
        .run(Nights.STEPS, "--only=modles")
        .refusedWith("only: invalid value modles: no step has that name, did you mean models?");
    nights.run("jobs = []").refusedWith("jobs: invalid value []: at least one step is needed");
    assertThat(nights.folder()).doesNotExist();
  }

  private void refused(String steps, String message) throws IOException {
    nights.run("jobs = [" + steps + "]").refusedWith(message);
  }

  @Test
  void stepsOfOtherJobsAreRefusedThere() {
    JobRun run = JobRun.of("range", folder.resolve("x"), List.of("count=5", "--only=a"));
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("--only and --from choose steps of run-all, found with range");
  }
}
