package dev.microtome.jobs.nightly;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microtome.jobs.Forecast;
import dev.microtome.jobs.JobOutcome;
import dev.microtome.jobs.JobStep;
import dev.microtome.jobs.StepPlace;
import dev.microtome.run.LocalFileStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What steps do to a night that no real job of the tests does. */
class NightTest {
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);

  /** A step that ends as it is told. */
  private record Step(Throwable end) implements JobStep {
    @Override
    public String job() {
      return "range";
    }

    @Override
    public String output() {
      return "file:/nights/a";
    }

    @Override
    public List<String> inputs() {
      return List.of();
    }

    @Override
    public Forecast forecast() throws IOException {
      run(new StepPlace("1/1 a", Optional.empty()));
      throw new AssertionError("the step has not ended");
    }

    @Override
    public JobOutcome run(StepPlace place) throws IOException {
      if (end instanceof Error error) {
        throw error;
      } else if (end instanceof IOException failure) {
        throw failure;
      }
      throw (RuntimeException) end;
    }
  }

  private static NightStep step(String name, Throwable end, String... needs) {
    return new NightStep(name, new Step(end), List.of(needs), NightStep.Selection.SELECTED);
  }

  @Test
  void anErrorIsOneStepsEndAndNotTheNights() {
    Night night = new Night(new LocalFileStore(), out, Clock.systemUTC(), LastNight.NONE);

    List<PipelineRow> rows =
        night.run(
            List.of(
                step("native", new UnsatisfiedLinkError("no libtorch here")),
                step("after", new IllegalStateException("not to be run"), "native"),
                step("other", new IOException("disk full"))));

    assertThat(rows)
        .extracting(row -> row.step() + " " + row.status() + ": " + row.message())
        .containsExactly(
            "native failed: no libtorch here",
            "after blocked: needs native",
            "other failed: disk full");
    assertThat(night.broken()).isTrue();
    assertThat(new NightSummary(rows).headline())
        .isEqualTo("Not well: 2 failed (native, other), 1 blocked (after)");
  }

  /** 10 s, nobody knows, 5 minutes. */
  @Test
  void whatIsLeftIsWhatTheStepsTookLastNight() {
    List<NightStep> steps = List.of(step("a", null), step("b", null), step("c", null));
    LastNight last = new LastNight(Map.of("a", Duration.ofSeconds(10), "c", Duration.ofMinutes(5)));
    Instant now = Instant.EPOCH;

    assertThat(last.left(steps, now))
        .contains(new StepPlace.Expected(now.plusSeconds(310), Duration.ofMinutes(5), 1));
    assertThat(last.left(steps, now).orElseThrow().shown(now.plusSeconds(60)))
        .as("the first takes longer than last night")
        .isEqualTo("more than 5 min of all steps left");
    assertThat(last.left(steps.subList(2, 3), now).orElseThrow().shown(now.plusSeconds(60)))
        .isEqualTo("about 4 min of all steps left");
    assertThat(last.left(steps.subList(1, 2), now)).isEmpty();
  }

  @Test
  void aPlanShowsEveryStepAlsoWhereOneCannotBeRead() {
    List<NightStep> steps =
        List.of(
            step(
                "first", new UncheckedIOException(new IOException("s3a://me:pass@b/t: no answer"))),
            step("second", new IOException("no answer")),
            step("third", new IllegalStateException("not to be looked at"), "first", "second"));

    assertThat(new NightPlan(steps).lines())
        .containsExactly(
            "Steps",
            "  ├─ first (range): would fail: s3a://***@b/t: no answer",
            "  └─ second (range): would fail: no answer",
            "     └─ third (range): would be looked at after first, second");
  }

  /** A pipe holds some 64 KB: who writes more into one that nobody reads waits for ever. */
  @Test
  void aProgramThatReadsNothingDoesNotHoldTheNightUp() {
    NotifyConfig config =
        new NotifyConfig(
            NotifyConfig.On.ALWAYS, List.of("tail", "-f", "/dev/null"), Optional.empty());
    PipelineRow row =
        new PipelineRow(
            "a", "range", "failed", "", 0, 0, 0, 0, 0, "file:/a", "", "x".repeat(1 << 20));

    new Notifier(config, out, Duration.ofMillis(50)).tell(new NightSummary(List.of(row)), "run");

    assertThat(said.toString(StandardCharsets.UTF_8))
        .contains("notification.command did not end within");
  }
}
