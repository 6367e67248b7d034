package dev.microtome.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private static final class HandClock extends Clock {
    private Instant now = Instant.EPOCH;

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    void advance(int seconds) {
      now = now.plusSeconds(seconds);
    }
  }

  private final HandClock clock = new HandClock();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private Progress progress(long totalUnits) {
    return progress(StepPlace.ALONE, totalUnits);
  }

  private Progress progress(StepPlace place, long totalUnits) {
    return new Progress(
        new PrintStream(out, true, StandardCharsets.UTF_8),
        clock,
        "tokenize",
        place,
        "tokens",
        8,
        totalUnits);
  }

  @Test
  void lineSaysDoneTotalRateAndTimeLeft() {
    Progress progress = progress(80_000);
    progress.resumed(2, 20_000);
    clock.advance(10);
    progress.finished(10_000);
    progress.running(10_000);

    // 20,000 tokens of this session in 10 s; 40,000 of 80,000 remain
    assertThat(progress.line())
        .isEqualTo("tokenize 3/8 parts, 40.0k of 80.0k tokens, 2000 tokens/s, 20 s left");
  }

  @Test
  void aStepSaysWhatIsLeftOfAllSteps() {
    StepPlace.Expected left =
        new StepPlace.Expected(Instant.EPOCH.plusSeconds(600), Duration.ofMinutes(8), 0);
    Progress progress = progress(new StepPlace("1/2 text", Optional.of(left)), 80_000);
    clock.advance(10);
    assertThat(progress.line())
        .isEqualTo(
            "1/2 text: tokenize 0/8 parts, 0 of 80.0k tokens, about 10 min of all steps left");

    // Another 70 s by its rate, and 480 of the other steps, are less than the 590 that last night
    // tells.
    progress.finished(10_000);
    assertThat(progress.line())
        .endsWith("1000 tokens/s, 70 s left, about 10 min of all steps left");

    // By its rate it needs 600 s more, and the other steps 480.
    clock.advance(190);
    progress.finished(10_000);
    assertThat(progress.line())
        .endsWith("100 tokens/s, 10 min left, about 18 min of all steps left");
  }

  @Test
  void unknownTotalHasNoTimeLeft() {
    Progress progress = progress(-1);
    clock.advance(2);
    progress.finished(10);

    assertThat(progress.line()).isEqualTo("tokenize 1/8 parts, 10 tokens, 5 tokens/s");
    assertThat(progress(-1).line()).isEqualTo("tokenize 0/8 parts, 0 tokens");
  }

  @Test
  void aLineEachThirtySeconds() {
    Progress progress = progress(100);
    for (int second = 0; second < 95; second++) {
      clock.advance(1);
      progress.tick();
    }

    assertThat(out.toString(StandardCharsets.UTF_8).lines()).hasSize(3);
  }

  @Test
  void amountsAreForPeople() {
    assertThat(Progress.Amounts.count(9999)).isEqualTo("9999");
    assertThat(Progress.Amounts.count(1_234_567)).isEqualTo("1.2M");
    assertThat(Progress.Amounts.bytes(999)).isEqualTo("999 B");
    assertThat(Progress.Amounts.bytes(16_000_000_000_000L)).isEqualTo("16.0 TB");
    assertThat(Progress.Amounts.time(Duration.ofSeconds(119))).isEqualTo("119 s");
    assertThat(Progress.Amounts.time(Duration.ofMinutes(90))).isEqualTo("90 min");
    assertThat(Progress.Amounts.time(Duration.ofHours(30))).isEqualTo("30 h");
  }
}
