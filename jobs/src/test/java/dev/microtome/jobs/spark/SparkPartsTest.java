package dev.microtome.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.microtome.jobs.LocalSpark;
import dev.microtome.jobs.PartContext;
import dev.microtome.jobs.PartTask;
import dev.microtome.run.InputException;
import dev.microtome.run.PartRecord;
import dev.microtome.run.PartRefusedException;
import dev.microtome.table.Column;
import dev.microtome.table.RowWriter;
import dev.microtome.table.TableSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskContext$;
import org.apache.spark.util.LongAccumulator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LocalSpark.class)
class SparkPartsTest {
  record NumberRow(@Column(doc = "n") long number) {}

  private static final TableSpec<NumberRow> NUMBERS =
      TableSpec.of("numbers", NumberRow.class, "doc");

  /** Writes its part's number; refuses or fails at one of them. */
  record Write(int refused, int failing) implements PartTask<Integer> {
    @Override
    public long run(Integer part, PartContext context) throws IOException {
      try (RowWriter<NumberRow> writer = context.writer(NUMBERS, "")) {
        writer.write(new NumberRow(part));
      }
      if (part == refused) {
        throw new InputException("part " + part + " is refused");
      } else if (part == failing) {
        throw new IOException("No space left on device");
      }
      context.progress(1);
      return 1;
    }
  }

  /** Logs a line as Microtome's own code does. */
  record Log() implements PartTask<Integer> {
    @Override
    public long run(Integer part, PartContext context) {
      System.getLogger("dev.microtome.Log").log(System.Logger.Level.WARNING, "part {0}", part);
      return 1;
    }
  }

  /** What log4j is given. */
  private static final class Lines extends AbstractAppender {
    private final List<String> lines = Collections.synchronizedList(new ArrayList<>());

    Lines() {
      super("lines", null, null, true, Property.EMPTY_ARRAY);
    }

    @Override
    public void append(LogEvent event) {
      if (event.getLoggerName().equals("dev.microtome.Log")) {
        lines.add(
            event.getMessage().getFormattedMessage()
                + " job="
                + event.getContextData().getValue("mdc.job")
                + " run="
                + event.getContextData().getValue("mdc.run")
                + " part="
                + event.getContextData().getValue("mdc.part"));
      }
    }
  }

  @Test
  void logLinesOfATaskSayItsJobItsRunAndItsPart() throws IOException {
    Lines lines = new Lines();
    lines.start();
    Logger root = (Logger) LogManager.getRootLogger();
    root.addAppender(lines);
    try {
      new SparkParts(spark, "numbers")
          .run(
              List.of(0, 1),
              List.of(0, 1),
              new Log(),
              places(),
              "test",
              (part, staged) -> committed.add(part),
              units -> {});
    } finally {
      root.removeAppender(lines);
    }
    String run = places().run();
    assertThat(lines.lines)
        .containsExactlyInAnyOrder(
            "part 0 job=numbers run=%s part=part-00000".formatted(run),
            "part 1 job=numbers run=%s part=part-00001".formatted(run));
  }

  @TempDir private Path folder;

  private SparkContext spark;
  private final List<PartRecord> committed = Collections.synchronizedList(new ArrayList<>());

  @BeforeEach
  void start() {
    spark = LocalSpark.start();
  }

  private void run(int parts, Write task, SparkParts.Commit commit) throws IOException {
    List<Integer> all = IntStream.range(0, parts).boxed().toList();
    new SparkParts(spark, "numbers").run(all, all, task, places(), "test", commit, units -> {});
  }

  private PartPlaces places() {
    return new PartPlaces(
        "",
        folder.resolve("run").toString(),
        folder.resolve("staging").toString(),
        folder.resolve("run/_work").toString());
  }

  private void keep(PartRecord part, List<String> staged) {
    assertThat(staged).allSatisfy(path -> assertThat(Path.of(path)).exists());
    committed.add(part);
  }

  private List<Path> staged() throws IOException {
    try (Stream<Path> walk = Files.walk(folder)) {
      return walk.filter(Files::isRegularFile).toList();
    }
  }

  @Test
  void commitsEachPartOnce() throws IOException {
    run(50, new Write(-1, -1), this::keep);

    assertThat(committed.stream().map(PartRecord::part))
        .containsExactlyInAnyOrderElementsOf(IntStream.range(0, 50).boxed().toList());
    assertThat(staged()).hasSize(50);
  }

  @Test
  void commitsFromOneThreadThatIsNotSparks() throws IOException {
    Set<String> threads = Collections.synchronizedSet(new TreeSet<>());

    run(20, new Write(-1, -1), (part, staged) -> threads.add(Thread.currentThread().getName()));

    assertThat(threads).containsExactly("part-committer");
  }

  @Test
  void refusedInputStopsTheRunWithItsOwnMessage() throws IOException {
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> run(20, new Write(3, -1), this::keep))
        .withMessage("part 3 is refused");
    assertThat(committed.stream().map(PartRecord::part)).doesNotContain(3);
    assertThat(staged().stream().filter(path -> path.toString().contains("part-00003"))).isEmpty();
  }

  /** Refuses its even parts, each alone. */
  record RefuseEven() implements PartTask<Integer> {
    @Override
    public long run(Integer part, PartContext context) {
      if (part % 2 == 0) {
        throw new PartRefusedException("part " + part + " is refused");
      }
      return 1;
    }
  }

  @Test
  void partsRefusedAloneAreNamedAfterAllOthersAreCommitted() {
    List<Integer> all = List.of(0, 1, 2, 3, 4);
    assertThatExceptionOfType(PartRefusedException.class)
        .isThrownBy(
            () ->
                new SparkParts(spark, "numbers")
                    .run(all, all, new RefuseEven(), places(), "test", this::keep, units -> {}))
        .withMessage("part 0 is refused; part 2 is refused; part 4 is refused");
    assertThat(committed.stream().map(PartRecord::part)).containsExactlyInAnyOrder(1, 3);
  }

  /** Refuses its first part while its second one is still writing. */
  record WriteOn(String folder) implements PartTask<Integer> {
    @Override
    public long run(Integer part, PartContext context) throws IOException {
      if (part == 0) {
        while (!Files.exists(Path.of(folder, "started"))) {
          Thread.onSpinWait();
        }
        throw new InputException("part 0 is refused");
      }
      Files.createFile(Path.of(folder, "started"));
      long end = System.nanoTime() + 2_000_000_000L;
      while (System.nanoTime() < end) {
        Thread.onSpinWait();
      }
      Files.createFile(Path.of(folder, "ended"));
      return 1;
    }
  }

  @Test
  void returnsWhenNoTaskRunsAnyMore() {
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(
            () ->
                new SparkParts(spark, "numbers")
                    .run(
                        List.of(0, 1),
                        List.of(0, 1),
                        new WriteOn(folder.toString()),
                        places(),
                        "test",
                        this::keep,
                        units -> {}))
        .withMessage("part 0 is refused");
    assertThat(folder.resolve("ended")).exists();
  }

  @Test
  void failedPartNamesPartExecutorAndCause() {
    assertThatExceptionOfType(PartFailedException.class)
        .isThrownBy(() -> run(4, new Write(-1, 2), this::keep))
        .withMessageMatching("part 2 on executor driver@.*: No space left on device");
  }

  @Test
  void failedCommitStopsTheRun() {
    assertThatIOException()
        .isThrownBy(
            () ->
                run(
                    20,
                    new Write(-1, -1),
                    (part, staged) -> {
                      throw new IOException("disk full");
                    }))
        .withMessage("Cannot commit a part: disk full");
  }

  @Test
  void anErrorWhileCommittingStopsTheRunToo() {
    assertThatIOException()
        .isThrownBy(
            () ->
                run(
                    4,
                    new Write(-1, -1),
                    (part, staged) -> {
                      throw new OutOfMemoryError("heap");
                    }))
        .withMessage("Cannot commit a part: heap");
  }

  @Test
  void twoAttemptsAtOnePartDoNotMeet() {
    LongAccumulator progress = spark.longAccumulator();
    PartAttempt<Integer> attempt = new PartAttempt<>(new Write(-1, -1), places(), progress);
    TaskContext context = TaskContext$.MODULE$.empty();

    PartResult first = attempt.apply(context, part(7));
    PartResult second = attempt.apply(context, part(7));

    assertThat(first.toRecord().files()).isEqualTo(second.toRecord().files());
    assertThat(first.stagedPaths()).doesNotContainAnyElementsOf(second.stagedPaths());
    assertThat(first.stagedPaths()).allSatisfy(path -> assertThat(Path.of(path)).exists());
    assertThat(second.stagedPaths()).allSatisfy(path -> assertThat(Path.of(path)).exists());
  }

  private static scala.collection.Iterator<IndexedPart<Integer>> part(int index) {
    return scala.jdk.javaapi.CollectionConverters.asScala(
        List.of(new IndexedPart<>(index, index)).iterator());
  }

  @Test
  void failedAttemptLeavesNoFile() throws IOException {
    PartAttempt<Integer> attempt =
        new PartAttempt<>(new Write(-1, 7), places(), spark.longAccumulator());

    assertThatExceptionOfType(PartFailedException.class)
        .isThrownBy(() -> attempt.apply(TaskContext$.MODULE$.empty(), part(7)));
    assertThat(staged()).isEmpty();
  }
}
