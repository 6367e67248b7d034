package dev.microtome.jobs.saes;

import dev.microtome.jobs.DriverTask;
import dev.microtome.jobs.JobContext;
import dev.microtome.jobs.JobSteps;
import dev.microtome.jobs.PartTask;
import dev.microtome.jobs.Plan;
import dev.microtome.jobs.Relay;
import dev.microtome.jobs.TableInput;
import dev.microtome.jobs.TableReader;
import dev.microtome.run.FileStore;
import dev.microtome.sae.training.SaeTrainingRow;
import dev.microtome.table.TableSpec;
import java.io.IOException;
import java.io.PrintStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Runs stages here, a part after the other, and knows which parts are done. */
final class FakeSession implements JobContext {
  final FakeRelay relay = new FakeRelay();
  final Map<String, Map<Integer, FakePart>> done = new TreeMap<>();
  final Map<String, Long> units = new TreeMap<>();
  int partsLeft = Integer.MAX_VALUE;
  boolean backward;

  Map<String, String> results() {
    Map<String, String> results = new TreeMap<>();
    done.get("")
        .values()
        .forEach(
            part ->
                part.artifacts()
                    .forEach(
                        (path, bytes) ->
                            results.put(path, HexFormat.of().formatHex(bytes.toByteArray()))));
    return results;
  }

  /** Rows without their times. */
  List<String> rows(String table) {
    List<String> rows = new ArrayList<>();
    done.get("").values().forEach(part -> part.rows(table).forEach(row -> rows.add(text(row))));
    return rows;
  }

  private static String text(Record row) {
    return row instanceof SaeTrainingRow step
        ? "%s %d %d %s %s %s %s"
            .formatted(
                step.sae(),
                step.step(),
                step.tokens(),
                step.loss(),
                step.explainedVariance(),
                step.deadFraction(),
                step.sameSequenceShare())
        : row.toString();
  }

  @Override
  public <P extends Serializable> void runParts(Plan<P> plan, PartTask<P> task) {
    runStage("", plan, task);
  }

  @Override
  public <P extends Serializable> void runStage(String stage, Plan<P> plan, PartTask<P> task) {
    Map<Integer, FakePart> finished = done.computeIfAbsent(stage, unused -> new TreeMap<>());
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < plan.parts().size(); i++) {
      order.add(i);
    }
    if (backward) {
      Collections.reverse(order);
    }
    for (int i : order) {
      if (!finished.containsKey(i)) {
        FakePart part = new FakePart(new HashMap<>(), relay, Long.MAX_VALUE);
        if (partsLeft-- == 0) {
          throw new FakePart.Killed();
        }
        try {
          units.merge(stage, task.run(plan.parts().get(i), part), Long::sum);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
        finished.put(i, part);
      }
    }
  }

  @Override
  public void runOnDriver(String stage, DriverTask task) {
    throw new AssertionError("rounds need no driver, as stage " + stage + " does");
  }

  @Override
  public TableInput written(TableSpec<?> table) {
    throw new AssertionError("rounds pass files on, not the table " + table.name());
  }

  @Override
  public <R extends Record> void forEachRow(TableSpec<R> table, Consumer<R> action) {
    throw new AssertionError("rounds pass files on, not the table " + table.name());
  }

  @Override
  public Relay relay() {
    return relay;
  }

  @Override
  public String output() {
    throw new AssertionError("rounds know nothing of the output");
  }

  @Override
  public void warn(String message) {
    throw new AssertionError("the job warns, not the rounds");
  }

  @Override
  public PrintStream out() {
    throw new AssertionError("the runner prints, not the rounds");
  }

  @Override
  public Clock clock() {
    throw new AssertionError("rounds need no clock");
  }

  @Override
  public JobSteps steps() {
    throw new AssertionError("rounds run no other jobs");
  }

  @Override
  public void afterwards(Consumer<String> action) {
    throw new AssertionError("nothing is left to do after the last round");
  }

  @Override
  public FileStore files() {
    throw new AssertionError("rounds write to the relay alone");
  }

  @Override
  public TableReader tables() {
    throw new AssertionError("tables are read by parts");
  }
}
