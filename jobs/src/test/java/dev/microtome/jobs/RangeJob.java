package dev.microtome.jobs;

import com.google.auto.service.AutoService;
import dev.microtome.config.ConfigException;
import dev.microtome.config.InputPath;
import dev.microtome.config.Option;
import dev.microtome.run.InputException;
import dev.microtome.run.RejectedContentException;
import dev.microtome.table.Column;
import dev.microtome.table.RowWriter;
import dev.microtome.table.TableSpec;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The smallest job there is: writes the numbers of a range, and can be told to fail. */
@AutoService(Job.class)
@SuppressWarnings("rawtypes") // a service is found by its erased type
public final class RangeJob implements Job<RangeJob.Config, RangeJob.Range> {
  static final TableSpec<NumberRow> NUMBERS =
      TableSpec.of("numbers", NumberRow.class, "One row a number")
          .withMetadata(Map.of("dtype", "float32"));

  record Config(
      @Option(doc = "how many numbers, at least 1") long count,
      @Option(doc = "numbers in a part", orElse = "10") int partSize,
      @Option(doc = "a text file that counts as an input", orElse = "null")
          Optional<InputPath> input,
      @Option(doc = "seed of nothing", orElse = "7") long seed,
      @Option(doc = "what goes wrong", orElse = "nothing") Trouble trouble,
      @Option(doc = "the part in which it goes wrong", orElse = "0") int troublePart) {
    Config {
      if (count < 1) {
        throw new ConfigException("count", count, "must be at least 1");
      }
    }
  }

  enum Trouble {
    NOTHING,
    REFUSED_INPUT,
    REJECTED_ROW,
    BROKEN_CODE,
    NULL_VALUE,
    WARNS
  }

  record Range(long from, long to) implements Serializable {}

  @SuppressWarnings("ArrayRecordComponent") // a row at the Parquet border, which nobody keeps
  record NumberRow(
      @Column(doc = "the number") long number,
      @Column(doc = "its remainder by 3", unit = "thirds") int remainder,
      @Column(doc = "its half") float half,
      @Column(doc = "its root") double root,
      @Column(doc = "whether it is even") boolean even,
      @Column(doc = "it in words") String label,
      @Column(doc = "its bytes") byte[] binary,
      @Column(doc = "what comes before it") int[] before,
      @Column(doc = "multiples") float[] multiples,
      @Column(doc = "letters") List<String> letters) {
    static NumberRow of(long number) {
      int[] before = new int[(int) (number % 4)];
      for (int i = 0; i < before.length; i++) {
        before[i] = (int) number - 1 - i;
      }
      return new NumberRow(
          number,
          (int) (number % 3),
          number / 2f,
          Math.sqrt((double) number),
          number % 2 == 0,
          "number " + number,
          Long.toString(number).getBytes(java.nio.charset.StandardCharsets.UTF_8),
          before,
          number % 5 == 0 ? new float[0] : new float[] {number, 2f * number},
          number % 2 == 0 ? List.of() : List.of("odd", "ünü"));
    }
  }

  @Override
  public String name() {
    return "range";
  }

  @Override
  public String summary() {
    return "Writes the numbers of a range";
  }

  @Override
  public Class<Config> configType() {
    return Config.class;
  }

  @Override
  public List<TableSpec<?>> tables() {
    return List.of(NUMBERS);
  }

  @Override
  public Plan<Range> plan(Config config, Inputs inputs) {
    config.input().ifPresent(path -> inputs.text(List.of(path), Set.of(".txt")));
    List<Range> parts = new ArrayList<>();
    for (long from = 0; from < config.count(); from += config.partSize()) {
      parts.add(new Range(from, Math.min(config.count(), from + config.partSize())));
    }
    return new Plan<>(parts, "numbers", config.count(), config.count(), 60 * config.count());
  }

  @Override
  public TaskMemory memory(Config config, Plan<Range> plan, Inputs inputs) {
    return new TaskMemory(60L * config.partSize(), "the numbers of a part");
  }

  @Override
  public void run(Config config, Plan<Range> plan, JobContext context) {
    if (config.trouble() == Trouble.WARNS) {
      context.warn(config.count() + " rows are few");
      context.warn("or not");
    }
    context.runParts(plan, new Write(config.trouble(), config.troublePart()));
  }

  record Write(Trouble trouble, int troublePart) implements PartTask<Range> {
    @Override
    public long run(Range part, PartContext context) throws IOException {
      try (RowWriter<NumberRow> writer = context.writer(NUMBERS, "")) {
        for (long number = part.from(); number < part.to(); number++) {
          if (context.index() == troublePart && number == part.from() + 1) {
            switch (trouble) {
              case REFUSED_INPUT -> throw new InputException("number " + number + " is refused");
              case REJECTED_ROW ->
                  throw new RejectedContentException("number " + number + " is rejected");
              case BROKEN_CODE -> throw new ArithmeticException("number " + number + " breaks it");
              case NULL_VALUE ->
                  writer.write(new NumberRow(1, 1, 1, 1, true, null, null, null, null, null));
              case NOTHING, WARNS -> {}
            }
          }
          writer.write(NumberRow.of(number));
          context.progress(number + 1 - part.from());
        }
      }
      return part.to() - part.from();
    }
  }
}
