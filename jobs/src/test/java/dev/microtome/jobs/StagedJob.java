package dev.microtome.jobs;

import com.google.auto.service.AutoService;
import dev.microtome.config.Option;
import dev.microtome.table.Column;
import dev.microtome.table.RowWriter;
import dev.microtome.table.TableSpec;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A job with all that a run can have: parts that take long and save their state, artifacts, an
 * internal table that a later stage reads, a small table of the driver. It can be told where to
 * break.
 */
@AutoService(Job.class)
@SuppressWarnings("rawtypes") // a service is found by its erased type
public final class StagedJob implements Job<StagedJob.Config, StagedJob.Model> {
  static final int STEPS = 20;
  static final TableSpec<StepRow> TRAINING =
      TableSpec.of("training", StepRow.class, "One row a step");
  static final TableSpec<SumRow> SUMS = TableSpec.of("_sums", SumRow.class, "One row a model");
  static final TableSpec<SumRow> TOTAL = TableSpec.of("total", SumRow.class, "One row in all");

  record Config(
      @Option(doc = "how many models") int models,
      @Option(doc = "folder in which a file BREAK breaks what its content says") String switches) {}

  record Model(int number, String switches) implements Serializable {}

  record StepRow(@Column(doc = "the model") int model, @Column(doc = "its state") long state) {}

  record SumRow(@Column(doc = "sum of states") long sum) {}

  @Override
  public String name() {
    return "staged";
  }

  @Override
  public String summary() {
    return "Runs stages";
  }

  @Override
  public Class<Config> configType() {
    return Config.class;
  }

  @Override
  public List<TableSpec<?>> tables() {
    return List.of(TRAINING, TOTAL);
  }

  @Override
  public List<ArtifactSpec> artifacts() {
    return List.of(new ArtifactSpec("model", "mN/step-N/weights", "Numbers as text."));
  }

  @Override
  public Plan<Model> plan(Config config, Inputs inputs) {
    List<Model> models =
        java.util.stream.IntStream.range(0, config.models())
            .mapToObj(i -> new Model(i, config.switches()))
            .toList();
    return new Plan<>(models, "steps", (long) STEPS * config.models(), -1, -1);
  }

  @Override
  public TaskMemory memory(Config config, Plan<Model> plan, Inputs inputs) {
    return TaskMemory.steady("states");
  }

  /** Fails if the switch says so, at this place. */
  static void breakAt(String switches, String place) throws IOException {
    Path file = Path.of(switches, "BREAK");
    if (Files.exists(file) && Files.readString(file).equals(place)) {
      throw new IOException("broken at " + place);
    }
  }

  @Override
  public void run(Config config, Plan<Model> plan, JobContext context) {
    context.runParts(plan, new Train());
    TableInput training = context.written(TRAINING);
    List<Integer> files =
        java.util.stream.IntStream.range(0, training.files().size()).boxed().toList();
    context.runStage(
        "sums",
        new Plan<>(files, "files", files.size(), -1, -1),
        new Sum(training, config.switches()));
    context.runOnDriver(
        "total",
        output -> {
          breakAt(config.switches(), "driver");
          long[] total = new long[1];
          context.forEachRow(SUMS, row -> total[0] += row.sum());
          try (RowWriter<SumRow> rows = output.writer(TOTAL, "")) {
            rows.write(new SumRow(total[0]));
          }
        });
  }

  /** Each state follows from the one before; every tenth is an artifact, every fourth is saved. */
  record Train() implements PartTask<Model> {
    @Override
    public long run(Model part, PartContext context) throws IOException {
      String trace = Path.of(part.switches(), "steps").toString();
      StringBuilder states =
          context
              .workspace()
              .restore(
                  saved ->
                      new StringBuilder(
                          new String(saved.open("states").readAllBytes(), StandardCharsets.UTF_8)))
              .orElseGet(StringBuilder::new);
      int begin = (int) states.chars().filter(c -> c == '\n').count();
      Files.writeString(
          Path.of(trace),
          part.number() + " from " + begin + "\n",
          java.nio.file.StandardOpenOption.CREATE,
          java.nio.file.StandardOpenOption.APPEND);
      long state =
          begin == 0
              ? part.number()
              : Long.parseLong(states.toString().lines().toList().get(begin - 1));
      for (int step = begin + 1; step <= STEPS; step++) {
        state = state * 31 + step;
        states.append(state).append('\n');
        if (step % 10 == 0) {
          String path = "model/m%d/step-%d/weights".formatted(part.number(), step);
          try (OutputStream out = context.artifact(path)) {
            out.write(Long.toString(state).getBytes(StandardCharsets.UTF_8));
          }
        }
        if (step % 4 == 0) {
          byte[] all = states.toString().getBytes(StandardCharsets.UTF_8);
          context
              .workspace()
              .save(
                  step,
                  saved -> {
                    try (OutputStream out = saved.create("states")) {
                      out.write(all);
                    }
                  });
        }
        breakAt(part.switches(), "model " + part.number() + " step " + step);
        context.progress(step);
      }
      try (RowWriter<StepRow> rows = context.writer(TRAINING, "")) {
        for (String line : states.toString().lines().toList()) {
          rows.write(new StepRow(part.number(), Long.parseLong(line)));
        }
      }
      return STEPS;
    }
  }

  record Sum(TableInput training, String switches) implements PartTask<Integer> {
    @Override
    public long run(Integer part, PartContext context) throws IOException {
      breakAt(switches, "sums " + part);
      long sum = 0;
      try (var rows = context.tables().read(training.files().get(part).path(), StepRow.class)) {
        while (rows.hasNext()) {
          sum += rows.next().state();
        }
      }
      try (RowWriter<SumRow> writer = context.writer(SUMS, "")) {
        writer.write(new SumRow(sum));
      }
      return 1;
    }
  }
}
