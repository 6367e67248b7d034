package dev.microtome.jobs;

import java.io.Closeable;
import java.io.Console;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;

/**
 * How far a run is: a bar on a terminal, elsewhere a line every thirty seconds with parts and units
 * done, the rate of this session and the time left at that rate.
 */
final class Progress implements Closeable {
  static final Duration INTERVAL = Duration.ofSeconds(30);

  private final PrintStream out;
  private final Clock clock;
  private final String job;
  private final StepPlace place;
  private final String unit;
  private final int parts;
  private final long totalUnits;
  private final Instant start;
  private int partsDone;
  private long unitsBefore;
  private long unitsDone;
  private long unitsRunning;
  private Instant lastLine;
  private ProgressBar bar;
  private ScheduledExecutorService timer;

  /**
   * Starts the count.
   *
   * @param place of the job among others
   * @param totalUnits -1 where unknown: then parts stand in
   */
  Progress(
      PrintStream out,
      Clock clock,
      String job,
      StepPlace place,
      String unit,
      int parts,
      long totalUnits) {
    this.out = out;
    this.clock = clock;
    this.job = place.name().isEmpty() ? job : place.name() + ": " + job;
    this.place = place;
    this.unit = unit;
    this.parts = parts;
    this.totalUnits = totalUnits;
    start = clock.instant();
    lastLine = start;
  }

  /** Shows the count until it is closed: on the terminal if there is one. */
  synchronized void show() {
    if (isTerminal()) {
      bar =
          new ProgressBarBuilder()
              .setTaskName(job)
              .setInitialMax(totalUnits > 0 ? totalUnits : parts)
              .setUnit(" " + (totalUnits > 0 ? unit : "parts"), 1)
              .setUpdateIntervalMillis(500)
              .build();
      step();
      return;
    }
    timer =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "progress");
              thread.setDaemon(true);
              return thread;
            });
    var unused = timer.scheduleAtFixedRate(this::tick, 1, 1, TimeUnit.SECONDS);
  }

  @SuppressWarnings("SystemConsoleNull") // what that check misses since Java 22, isTerminal tells
  private static boolean isTerminal() {
    Console console = System.console();
    if (console == null) {
      return false;
    }
    try {
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (ReflectiveOperationException e) {
      return true;
    }
  }

  /** Counts parts that an earlier session finished: done, and no part of the rate. */
  synchronized void resumed(int finishedParts, long units) {
    partsDone += finishedParts;
    unitsBefore += units;
    step();
  }

  /** Counts a part that is committed. */
  synchronized void finished(long units) {
    partsDone++;
    unitsDone += units;
    unitsRunning = Math.max(0, unitsRunning - units);
    step();
  }

  /** Notes what unfinished parts have reported so far. */
  synchronized void running(long units) {
    unitsRunning = units;
    step();
  }

  private void step() {
    if (bar != null) {
      bar.stepTo(totalUnits > 0 ? Math.min(totalUnits, allUnits()) : partsDone);
      bar.setExtraMessage(" " + partsDone + "/" + parts + " parts" + ofAllSteps(Duration.ZERO));
    }
  }

  private long allUnits() {
    return unitsBefore + unitsDone + unitsRunning;
  }

  /** Prints a line if the last one is thirty seconds old. */
  synchronized void tick() {
    if (Duration.between(lastLine, clock.instant()).compareTo(INTERVAL) >= 0) {
      lastLine = clock.instant();
      out.println(line());
    }
  }

  private String ofAllSteps(Duration here) {
    return place.left().map(left -> ", " + left.shown(clock.instant(), here)).orElse("");
  }

  /** Such as {@code tokenize 37/128 parts, 1.2M of 4.1M tokens, 4.1k tokens/s, 12 min left}. */
  synchronized String line() {
    StringBuilder line = new StringBuilder();
    line.append(job).append(' ').append(partsDone).append('/').append(parts).append(" parts");
    line.append(", ").append(Amounts.count(allUnits()));
    if (totalUnits > 0) {
      line.append(" of ").append(Amounts.count(totalUnits));
    }
    line.append(' ').append(unit);
    double seconds = Duration.between(start, clock.instant()).toMillis() / 1000.0;
    long here = unitsDone + unitsRunning;
    Duration left = Duration.ZERO;
    if (seconds > 0 && here > 0) {
      double rate = here / seconds;
      line.append(", ")
          .append(Amounts.count(Math.round(rate)))
          .append(' ')
          .append(unit)
          .append("/s");
      if (totalUnits > 0) {
        left = Duration.ofSeconds(Math.max(0, Math.round((totalUnits - allUnits()) / rate)));
        line.append(", ").append(Amounts.time(left)).append(" left");
      }
    }
    return line.append(ofAllSteps(left)).toString();
  }

  @Override
  public synchronized void close() {
    if (timer != null) {
      timer.shutdownNow();
    }
    if (bar != null) {
      bar.close();
    }
  }

  /** Numbers for people. */
  static final class Amounts {
    private Amounts() {}

    static String count(long count) {
      if (count < 10_000) {
        return Long.toString(count);
      }
      String[] units = {"k", "M", "G", "T"};
      double value = count;
      int unit = -1;
      while (value >= 1000 && unit < units.length - 1) {
        value /= 1000;
        unit++;
      }
      return String.format(Locale.ROOT, "%.1f%s", value, units[unit]);
    }

    static String bytes(long bytes) {
      if (bytes < 1000) {
        return bytes + " B";
      }
      String[] units = {"kB", "MB", "GB", "TB", "PB"};
      double value = bytes;
      int unit = -1;
      while (value >= 1000 && unit < units.length - 1) {
        value /= 1000;
        unit++;
      }
      return String.format(Locale.ROOT, "%.1f %s", value, units[unit]);
    }

    static String time(Duration duration) {
      long seconds = duration.toSeconds();
      if (seconds < 120) {
        return seconds + " s";
      }
      return seconds < 7200
          ? Math.round(seconds / 60.0) + " min"
          : Math.round(seconds / 3600.0) + " h";
    }
  }
}
