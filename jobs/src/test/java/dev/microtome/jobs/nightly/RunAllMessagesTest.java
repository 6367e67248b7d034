package dev.microtome.jobs.nightly;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.microtome.jobs.JobRun;
import dev.microtome.jobs.LocalSpark;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What a night says before, meanwhile and afterwards, and to whom; never a secret. */
@ExtendWith(LocalSpark.class)
class RunAllMessagesTest {
  @TempDir private Path folder;
  private Nights nights;

  @BeforeEach
  void inAFolderOfItsOwn() {
    nights = new Nights(folder.resolve("nights"));
  }

  @Test
  void dryRunShowsTheTreeWithWhatWouldRunAndWhyAndWritesNothing() throws IOException {
    String first = nights.run(Nights.STEPS, "--dry-run").succeeded().out();
    assertThat(first)
        .contains(
            "├─ corpus (generate-corpus): would run, since it has not run yet (1 part; little memory)")
        .contains("│  └─ models (train-model): would be looked at after corpus")
        .contains(
            "└─ numbers (range): would run, since it has not run yet (3 parts, 25 rows; 600 B a task)");
    assertThat(nights.folder()).doesNotExist();

    nights.run(Nights.STEPS).succeeded();
    String changed =
        Nights.STEPS.replace("count = 25", "count = 26").replace("steps = 2", "steps = 3");
    assertThat(nights.run(changed, "--dry-run").succeeded().out())
        .contains("corpus (generate-corpus): up to date (little memory)")
        .contains(
            "numbers (range): would run, since count was 25, is 26 (3 parts, 26 rows; 600 B a task)")
        .contains("models (train-model): would run, since steps was 2, is 3");

    Files.writeString(folder.resolve("a.txt"), "text");
    String read =
        Nights.STEPS.replace("count = 25", "count = 25, input = " + folder.resolve("a.txt"));
    nights.run(read, "--only=numbers").succeeded();
    String less = Nights.STEPS.replace("count = 25", "count = 24");
    assertThat(nights.run(less, "--dry-run").succeeded().out())
        .contains(", is null; its text changed (3 parts, 24 rows; ");
  }

  @Test
  void aChoiceOfNoStepIsRefused() throws IOException {
    String two =
        """
        jobs = [
          { name = a, job = range, configuration { count = 5 } }
          { name = b, job = range, configuration { count = 5 } }
        ]
        """;
    nights
        .run(two, "--only=a", "--from=b")
        .refusedWith("only: invalid value [a]: are all before the first step to run, b");
    assertThat(nights.folder()).doesNotExist();
  }

  @Test
  void whatNoStepWritesAndIsNotThereIsRefusedBeforeAnyStepRuns() throws IOException {
    String misspelt =
        """
        jobs = [
          { name = numbers, job = range, configuration { count = 5 } }
          { name = more, job = range, configuration { count = 5, input = ${output}/nubmers/a.txt } }
        ]
        """;
    String refusal =
        "Step 'more' reads file:%s/nubmers/a.txt, which is not there and no step writes: did you mean 'numbers'?"
            .formatted(nights.folder());
    nights.run(misspelt, "--dry-run").refusedWith(refusal);
    nights.run(misspelt).refusedWith(refusal);
    // What a pattern finds is known when its turn comes.
    String pattern = misspelt.replace("/nubmers/a.txt", "\"/num*/a.txt\"");
    assertThat(nights.run(pattern, "--dry-run").out() + nights.run(pattern, "--dry-run").err())
        .doesNotContain("no step writes")
        .contains("num*");
    assertThat(nights.folder().resolve("numbers")).doesNotExist();

    Files.createDirectories(nights.folder().resolve("nubmers"));
    Files.writeString(nights.folder().resolve("nubmers/a.txt"), "someone's own");
    nights.run(misspelt).succeeded();
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
    nights.run(two).succeeded();

    assertThat(nights.run(two, "--dry-run", "--force").succeeded().out())
        .contains("a (range): would run, since a new run is forced (1 part")
        .contains("b (range): would be looked at after a");
    assertThat(nights.statuses()).containsExactly("a done", "b done");
  }

  @Test
  void theNextNightSaysWhatIsLeftOfAllStepsByTheLast() throws IOException {
    assertThat(nights.run(Nights.STEPS).succeeded().out()).doesNotContain("of all steps left");

    assertThat(nights.run(Nights.STEPS).succeeded().out())
        .containsPattern(
            "Step 1 of 3: corpus .generate-corpus., 0 s so far, about \\d+ s of all steps left as last night");
  }

  @Test
  void aProgramIsToldOfANightThatIsNotWell() throws IOException {
    Path told = folder.resolve("told");
    String notification =
        "notification { command = [sh, -c, \"(echo $MICROTOME_STATUS; cat) > " + told + "\"] }\n";
    nights.run(notification + Nights.STEPS).succeeded();
    assertThat(told).doesNotExist();

    nights.run(
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
          nights.run(
              "notification { on = always, webhook = \"%s\" }\n".formatted(address)
                  + "jobs = [{ name = a, job = range, configuration { count = 5 } }]");
      night.succeeded();
      assertThat(body.get())
          .contains("\"text\":\"All is well: 1 done\\n")
          .contains("\"status\":\"well\"");
      Path output = nights.folder();
      Path run = output.resolve(Files.readString(output.resolve("latest")).strip());
      assertThat(run.resolve("manifest.json")).content().contains("***").doesNotContain("s3cr3t");
      assertThat(night.out()).doesNotContain("s3cr3t");
    } finally {
      server.stop(0);
    }
  }

  @Test
  void neitherADryRunNorARefusalShowsASecret() throws IOException {
    String hook = "notification { webhook = \"https://chat.example.org/s3cr3t\" }\n";
    JobRun plan = nights.run(hook + Nights.STEPS, "--dry-run").succeeded();
    assertThat(plan.out()).contains("\"webhook\":\"***\"").doesNotContain("s3cr3t");

    JobRun list = nights.run("notification { webhook = [s3cr3t] }\n" + Nights.STEPS);
    list.refusedWith("notification.webhook: invalid value ***: must be text");
    assertThat(list.err()).doesNotContain("s3cr3t");

    JobRun step =
        nights.run(
            """
            jobs = [{ name = a, job = tokenize, configuration {
              input = text, tokenizer = "s3a://me:s3cr3t@bucket/t" } }]
            """);
    assertThat(step.code()).isNotZero();
    assertThat(step.out() + step.err()).contains("***").doesNotContain("s3cr3t");
    assertThat(nights.rows().get(0).message()).contains("***").doesNotContain("s3cr3t");
  }

  @Test
  void whoCannotBeToldChangesNothing() throws IOException {
    JobRun night =
        nights.run(
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
      nights
          .run("notification { webhook = \"" + address + "\" }\n" + Nights.STEPS)
          .refusedWith(
              "notification.webhook: invalid value ***: must be an http: or https: address");
    }
  }
}
