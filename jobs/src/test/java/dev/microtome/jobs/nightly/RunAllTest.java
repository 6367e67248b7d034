package dev.microtome.jobs.nightly;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.microtome.config.ConfigReader;
import dev.microtome.config.OptionDoc;
import dev.microtome.jobs.JobRun;
import dev.microtome.jobs.LocalSpark;
import dev.microtome.run.Lease;
import dev.microtome.run.LocalFileStore;
import dev.microtome.table.TableSpec;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LocalSpark.class)
class RunAllTest {
  private static final TableSpec<PipelineRow> PIPELINE =
      TableSpec.of("pipeline", PipelineRow.class, "The steps");

  /** A corpus, two models that read it, and one that reads nothing. */
  private static final String STEPS =
      """
      shared { small { steps = 2, context-length = 8, architecture { layers = 0, d-model = 4 } } }
      jobs = [
        { name = corpus, job = generate-corpus,
          configuration { kind = bigram, sequences = 20, context-length = 8, text = false } }
        { name = numbers, job = range, configuration { count = 25 } }
        { name = models, job = train-model, configuration = ${shared.small} { tokens = [${output}/corpus] } }
      ]
      """;

  @TempDir private Path folder;

  private JobRun night(String configuration, String... arguments) throws IOException {
    Path file = folder.resolve("nightly.conf");
    Files.writeString(file, configuration);
    List<String> all = new ArrayList<>(List.of("--config=" + file));
    all.addAll(List.of(arguments));
    return JobRun.of("run-all", folder.resolve("nights"), all);
  }

  private List<String> statuses() throws IOException {
    return JobRun.rows(folder.resolve("nights"), PIPELINE).stream()
        .map(row -> row.step() + " " + row.status())
        .toList();
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
    night(STEPS).succeeded();

    List<PipelineRow> rows = JobRun.rows(folder.resolve("nights"), PIPELINE);
    assertThat(statuses()).containsExactly("corpus done", "numbers done", "models done");
    PipelineRow numbers = rows.get(1);
    assertThat(numbers.job()).isEqualTo("range");
    assertThat(numbers.rows()).isEqualTo(25);
    assertThat(numbers.partsComputed()).isEqualTo(3);
    assertThat(numbers.bytes()).isPositive();
    Path run = Path.of(numbers.output().replaceFirst("^file:", "")).resolve(numbers.run());
    assertThat(run).isEqualTo(folder.resolve("nights/numbers").resolve(numbers.run()));
    assertThat(run.resolve("_SUCCESS")).exists();
    assertThat(rows.get(2).rows()).isEqualTo(2);
  }

  @Test
  void aSecondNightComputesOnlyWhatChanged() throws IOException {
    night(STEPS).succeeded();
    night(STEPS).succeeded();
    assertThat(statuses())
        .containsExactly("corpus up-to-date", "numbers up-to-date", "models up-to-date");

    night(STEPS.replace("sequences = 20", "sequences = 21")).succeeded();
    assertThat(statuses()).containsExactly("corpus done", "numbers up-to-date", "models done");
  }

  @Test
  void whatReadsAnUnchangedTableOfANewRunIsUpToDate() throws IOException {
    night(STEPS).succeeded();

    // Another key, the same rows.
    night(STEPS.replace("text = false", "text = false, sequences-per-part = 4096"), "--force")
        .succeeded();
    night(STEPS).succeeded();
    assertThat(statuses())
        .containsExactly("corpus up-to-date", "numbers up-to-date", "models up-to-date");
  }

  @Test
  void aFailingStepStopsThoseThatNeedItAndNoOthers() throws IOException {
    JobRun night =
        night(
            """
            jobs = [
              { name = first, job = range, configuration { count = 5, trouble = refused-input } }
              { name = second, job = range, configuration { count = 5 }, after = first }
              { name = third, job = range, configuration { count = 5 }, after = [second] }
              { name = other, job = range, configuration { count = 5 } }
            ]
            """);

    assertThat(statuses())
        .containsExactly("first failed", "second blocked", "third blocked", "other done");
    night.refusedWith("Not well: 1 done, 1 failed (first), 2 blocked (second, third). first: ");
    List<PipelineRow> rows = JobRun.rows(folder.resolve("nights"), PIPELINE);
    assertThat(rows.get(0).message()).isNotEmpty();
    assertThat(rows.get(1).message()).isEqualTo("needs first");
    assertThat(rows.get(2).message()).isEqualTo("needs second");
    assertThat(night.out()).contains("Step 4 of 4: other (range)");
  }

  @Test
  void aBrokenStepEndsTheCommandWithCode3AndItsStackTraceStandsAtTheStep() throws IOException {
    JobRun night =
        night(
            """
            jobs = [{ name = first, job = range, configuration { count = 5, trouble = broken-code } }]
            """);

    assertThat(night.code()).isEqualTo(3);
    assertThat(night.err()).contains("ERROR: Not well: 1 failed (first)").doesNotContain("\tat ");
    assertThat(night.out()).contains("\tat ");
    assertThat(statuses()).containsExactly("first failed");
  }

  /** The driver was killed when all was written but the mark of success. */
  @Test
  void aNightThatIsResumedRecordsWhatItFoundItself() throws IOException {
    String one = "jobs = [{ name = a, job = range, configuration { count = 5 } }]";
    Path steps = folder.resolve("nights/a");
    try (Lease lease = Lease.acquire(new LocalFileStore(), steps.toString(), Clock.systemUTC())) {
      assertThat(lease.isHeld()).isTrue();
      night(one).refusedWith("Not well: 1 failed (a)");
    }
    Path run = JobRun.newest(folder.resolve("nights"));
    Files.delete(run.resolve("_SUCCESS"));
    Files.delete(folder.resolve("nights/latest"));

    assertThat(night(one).succeeded().out()).contains("Resuming run " + run);
    assertThat(statuses()).containsExactly("a done");
  }

  @Test
  void onlyAndFromLeaveTheOtherStepsAsTheyAre() throws IOException {
    night(STEPS, "--only=numbers").succeeded();
    assertThat(statuses())
        .containsExactly("corpus not-selected", "numbers done", "models not-selected");
    assertThat(folder.resolve("nights/corpus")).doesNotExist();

    night(STEPS, "--only=corpus").succeeded();
    night(STEPS, "--from=numbers").succeeded();
    assertThat(statuses())
        .containsExactly("corpus not-selected", "numbers up-to-date", "models done");
  }

  @Test
  void dryRunShowsTheTreeWithWhatWouldRunAndWhyAndWritesNothing() throws IOException {
    String first = night(STEPS, "--dry-run").succeeded().out();
    assertThat(first)
        .contains(
            "├─ corpus (generate-corpus): would run, since it has not run yet (1 part; little memory)")
        .contains("│  └─ models (train-model): would be looked at after corpus")
        .contains(
            "└─ numbers (range): would run, since it has not run yet (3 parts, 25 rows; 600 B a task)");
    assertThat(folder.resolve("nights")).doesNotExist();

    night(STEPS).succeeded();
    String changed = STEPS.replace("count = 25", "count = 26").replace("steps = 2", "steps = 3");
    assertThat(night(changed, "--dry-run").succeeded().out())
        .contains("corpus (generate-corpus): up to date (little memory)")
        .contains(
            "numbers (range): would run, since count was 25, is 26 (3 parts, 26 rows; 600 B a task)")
        .contains("models (train-model): would run, since steps was 2, is 3");

    Files.writeString(folder.resolve("a.txt"), "text");
    String read = STEPS.replace("count = 25", "count = 25, input = " + folder.resolve("a.txt"));
    night(read, "--only=numbers").succeeded();
    String less = STEPS.replace("count = 25", "count = 24");
    assertThat(night(less, "--dry-run").succeeded().out())
        .contains(", is null; its text changed (3 parts, 24 rows; ");
  }

  @Test
  void aDryRunOfAForcedNightTellsThatEveryStepWouldRun() throws IOException {
    String two =
        """
        jobs = [
          { name = a, job = range, configuration { count = 5 } }
          { name = b, job = range, configuration { count = 5 }, after = [a] }
        ]
        """;
    night(two).succeeded();

    assertThat(night(two, "--dry-run", "--force").succeeded().out())
        .contains("a (range): would run, since a new run is forced (1 part")
        .contains("b (range): would be looked at after a");
    assertThat(statuses()).containsExactly("a done", "b done");
  }

  @Test
  void theNextNightSaysWhatIsLeftOfAllStepsByTheLast() throws IOException {
    assertThat(night(STEPS).succeeded().out()).doesNotContain("of all steps left");

    assertThat(night(STEPS).succeeded().out())
        .containsPattern(
            "Step 1 of 3: corpus .generate-corpus., 0 s so far, about \\d+ s of all steps left as last night");
  }

  /** What the models of a kept run were made of stays, however old it is. */
  @Test
  void aNightCleansItsFolderAsTheCommandCleanDoes() throws IOException {
    String keeping = "retention.keep = 1\n" + STEPS;
    night(STEPS).succeeded();
    night(keeping.replace("count = 25", "count = 26"), "--only=numbers").succeeded();
    Path first = run("corpus");
    Path models = run("models");
    assertThat(runs("numbers")).isEqualTo(1);
    assertThat(runs("")).as("nights themselves").isEqualTo(1);

    String more = keeping.replace("sequences = 20", "sequences = 21");
    assertThat(night(more, "--only=corpus", "--dry-run").succeeded().out())
        .contains("Old runs: 1 of each step are kept")
        .doesNotContain("would go ");
    night(more, "--only=corpus").succeeded();
    assertThat(run("corpus")).isNotEqualTo(first);
    assertThat(first).as("read by " + models).exists();

    assertThat(night(more).succeeded().out())
        .contains("removed " + models)
        .contains("removed " + first);
    assertThat(first).doesNotExist();
    assertThat(run("models")).exists();
  }

  @Test
  void nothingIsRemovedUnlessItIsAskedForAndAllIsWell() throws IOException {
    String one = "jobs = [{ name = a, job = range, configuration { count = 5 } }]\n";
    night(one).succeeded();
    night(one.replace("5", "6")).succeeded();
    assertThat(runs("a")).isEqualTo(2);
    assertThat(night("retention.keep = 1\n" + one, "--dry-run").succeeded().out())
        .contains("  would go " + folder.resolve("nights/a"));

    night("retention.keep = 1\n" + one.replace("5", "7, trouble = refused-input"))
        .refusedWith("Not well");
    assertThat(runs("a")).isGreaterThan(1);
    night("retention.keep = 0\n" + one)
        .refusedWith("retention.keep: invalid value 0: must be at least 1, or null");
  }

  private Path run(String step) throws IOException {
    return JobRun.newest(folder.resolve("nights").resolve(step));
  }

  private long runs(String step) throws IOException {
    try (Stream<Path> entries = Files.list(folder.resolve("nights").resolve(step))) {
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
    String steps = STEPS.replace("name = numbers", "name = corp");
    assertThat(night(steps, "--dry-run").succeeded().out())
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
    night(STEPS, "--only=modles")
        .refusedWith("only: invalid value modles: no step has that name, did you mean models?");
    night("jobs = []").refusedWith("jobs: invalid value []: at least one step is needed");
    assertThat(folder.resolve("nights")).doesNotExist();
  }

  private void refused(String steps, String message) throws IOException {
    night("jobs = [" + steps + "]").refusedWith(message);
  }

  @Test
  void stepsOfOtherJobsAreRefusedThere() {
    JobRun run = JobRun.of("range", folder.resolve("x"), List.of("count=5", "--only=a"));
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("--only and --from choose steps of run-all, found with range");
  }

  @Test
  void aProgramIsToldOfANightThatIsNotWell() throws IOException {
    Path told = folder.resolve("told");
    String notification =
        "notification { command = [sh, -c, \"(echo $MICROTOME_STATUS; cat) > " + told + "\"] }\n";
    night(notification + STEPS).succeeded();
    assertThat(told).doesNotExist();

    night(
        notification
            + "jobs = [{ name = a, job = range, configuration { count = 5, trouble = refused-input } }]");
    assertThat(told).content().startsWith("failed\nNot well: 1 failed (a)\n");
  }

  @Test
  void anAddressIsToldAndNeverWrittenDown() throws IOException {
    AtomicReference<String> body = new AtomicReference<>();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          body.set(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    server.start();
    try {
      String address = "http://127.0.0.1:" + server.getAddress().getPort() + "/hook/s3cr3t";
      JobRun night =
          night(
              "notification { on = always, webhook = \"%s\" }\n".formatted(address)
                  + "jobs = [{ name = a, job = range, configuration { count = 5 } }]");
      night.succeeded();
      assertThat(body.get())
          .contains("\"text\":\"All is well: 1 done\\n")
          .contains("\"status\":\"well\"");
      Path nights = folder.resolve("nights");
      Path run = nights.resolve(Files.readString(nights.resolve("latest")).strip());
      assertThat(run.resolve("manifest.json")).content().contains("***").doesNotContain("s3cr3t");
      assertThat(night.out()).doesNotContain("s3cr3t");
    } finally {
      server.stop(0);
    }
  }

  @Test
  void neitherADryRunNorARefusalShowsASecret() throws IOException {
    String hook = "notification { webhook = \"https://chat.example.org/s3cr3t\" }\n";
    JobRun plan = night(hook + STEPS, "--dry-run").succeeded();
    assertThat(plan.out()).contains("\"webhook\":\"***\"").doesNotContain("s3cr3t");

    JobRun list = night("notification { webhook = [s3cr3t] }\n" + STEPS);
    list.refusedWith("notification.webhook: invalid value ***: must be text");
    assertThat(list.err()).doesNotContain("s3cr3t");

    JobRun step =
        night(
            """
            jobs = [{ name = a, job = tokenize, configuration {
              input = text, tokenizer = "s3a://me:s3cr3t@bucket/t" } }]
            """);
    assertThat(step.code()).isNotZero();
    assertThat(step.out() + step.err()).contains("***").doesNotContain("s3cr3t");
    assertThat(JobRun.rows(folder.resolve("nights"), PIPELINE).get(0).message())
        .contains("***")
        .doesNotContain("s3cr3t");
  }

  @Test
  void whoCannotBeToldChangesNothing() throws IOException {
    JobRun night =
        night(
            """
            notification { on = always, command = [/no/such/program], webhook = "http://127.0.0.1:1/s3cr3t" }
            jobs = [{ name = a, job = range, configuration { count = 5 } }]
            """);
    night.succeeded();
    assertThat(night.out())
        .contains("notification.command cannot be started: ")
        .contains("notification.webhook cannot be reached: ConnectException")
        .doesNotContain("s3cr3t");
    for (String address : List.of("ftp://x/s3cr3t", "http:/s3cr3t", "s3cr3t")) {
      night("notification { webhook = \"" + address + "\" }\n" + STEPS)
          .refusedWith(
              "notification.webhook: invalid value ***: must be an http: or https: address");
    }
  }
}
