package dev.microtome.jobs.saes;

import dev.microtome.jobs.PartContext;
import dev.microtome.jobs.PartTask;
import dev.microtome.jobs.Workspace;
import dev.microtome.model.Torch;
import dev.microtome.run.InputException;
import dev.microtome.sae.SaeSource;
import dev.microtome.sae.stream.HeldOut;
import dev.microtome.sae.stream.MixedBatches;
import dev.microtome.sae.stream.Mixing;
import dev.microtome.sae.stream.RowBatch;
import dev.microtome.sae.training.HeldOutScores;
import dev.microtome.sae.training.SaeGroup;
import dev.microtome.sae.training.SaeRecipe;
import dev.microtome.sae.training.SaeScoreRow;
import dev.microtome.sae.training.SaeStep;
import dev.microtome.sae.training.SaeTrainingRow;
import dev.microtome.table.RowWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Trains the SAEs of one part, and evaluates and writes them. */
record SaeTask() implements PartTask<SaePart> {
  private static final String LOG = "training.json";

  @Override
  public long run(SaePart part, PartContext context) throws IOException {
    Torch.threads(context.cores());
    Path scratch = Files.createTempDirectory("train-sae");
    try {
      return new Training(part, context, scratch).run();
    } finally {
      delete(scratch);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  /** One attempt. */
  private static final class Training {
    private final SaePart part;
    private final PartContext context;
    private final Path scratch;
    private final List<String> names;
    private long savedAt = -1;

    Training(SaePart part, PartContext context, Path scratch) {
      this.part = part;
      this.context = context;
      this.scratch = scratch;
      names = part.recipes().stream().map(SaeRecipe::name).toList();
    }

    long run() throws IOException {
      HeldOut held = HeldOut.of(part.source().blocks(context), part.evaluationTokens());
      Optional<TrainingLog> saved = context.workspace().restore(this::restore);
      TrainingLog log = saved.orElseGet(() -> new TrainingLog(names.size()));
      try (SaeGroup group =
          saved.isPresent()
              ? SaeGroup.resume(part.recipes(), context.cores(), scratch)
              : SaeGroup.start(part.recipes(), context.cores())) {
        if (saved.isPresent()) {
          savedAt = group.steps();
        }
        try (MixedBatches batches =
            MixedBatches.openAfter(held.rest(), part.stream(), group.steps(), log.mixing())) {
          train(
              group,
              batches,
              log,
              () -> MixedBatches.openAfter(held.rest(), part.stream(), group.steps(), Mixing.NONE));
        }
        List<HeldOutScores> scores = group.evaluate(held.rows());
        for (int i = 0; i < names.size(); i++) {
          write(group, i, scores.get(i));
        }
        writeRows(log, scores);
        return tokens(group.steps());
      }
    }

    private long tokens(long steps) {
      return steps * part.stream().batchRows();
    }

    private void train(
        SaeGroup group, MixedBatches batches, TrainingLog log, Supplier<MixedBatches> ahead)
        throws IOException {
      long start = System.nanoTime();
      double waited = 0;
      double[] encoded = new double[names.size()];
      while (batches.hasNext()) {
        RowBatch batch;
        List<SaeStep> steps;
        try {
          batch = batches.next();
          steps = group.step(batch);
          group.resample(ahead);
        } catch (InputException e) {
          throw new InputException(
              "step %d: %s; last good checkpoint: %s"
                  .formatted(
                      group.steps() + 1,
                      e.getMessage(),
                      savedAt < 0
                          ? "none"
                          : "step %d, kept in the run's _work folder".formatted(savedAt)),
              e);
        }
        double[] encoding = new double[encoded.length];
        for (int i = 0; i < encoded.length; i++) {
          encoding[i] = group.secondsInSteps(i) - encoded[i];
          encoded[i] += encoding[i];
        }
        long now = System.nanoTime();
        log.add(batch, batches.secondsWaited() - waited, encoding, (now - start) / 1e9);
        start = now;
        waited = batches.secondsWaited();
        long step = group.steps();
        if (step % part.logEvery() == 0 || !batches.hasNext()) {
          log.log(names, steps, tokens(step));
        }
        if (part.checkpointEvery() > 0 && step % part.checkpointEvery() == 0 && batches.hasNext()) {
          save(group, log);
        }
        context.progress(tokens(step));
      }
    }

    private void save(SaeGroup group, TrainingLog log) throws IOException {
      group.writeStates(scratch);
      context
          .workspace()
          .save(
              tokens(group.steps()),
              files -> {
                for (String name : stateFiles()) {
                  try (OutputStream out = files.create(name)) {
                    Files.copy(scratch.resolve(name), out);
                  }
                }
                try (OutputStream out = files.create(LOG)) {
                  log.write(out);
                }
              });
      savedAt = group.steps();
    }

    private TrainingLog restore(Workspace.SavedState saved) throws IOException {
      for (String name : stateFiles()) {
        Files.deleteIfExists(scratch.resolve(name));
        try (InputStream in = saved.open(name)) {
          Files.copy(in, scratch.resolve(name));
        }
      }
      try (InputStream in = saved.open(LOG)) {
        return TrainingLog.read(in);
      }
    }

    private List<String> stateFiles() {
      return SaeGroup.stateFiles(part.recipes());
    }

    private void write(SaeGroup group, int sae, HeldOutScores scores) throws IOException {
      Path folder = scratch.resolve("folder-" + sae);
      SaeSource source =
          new SaeSource(
              Optional.of(part.modelName()).filter(name -> !name.isEmpty()),
              Optional.of(part.source().hook()),
              Optional.empty(),
              OptionalInt.empty(),
              Optional.empty(),
              Optional.empty());
      group.writeFolder(sae, source, scores, folder);
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.sorted().toList()) {
          try (OutputStream out =
              context.artifact(
                  "%s/%s/%s".formatted(TrainSae.SAES, names.get(sae), file.getFileName()))) {
            Files.copy(file, out);
          }
        }
      }
    }

    private void writeRows(TrainingLog log, List<HeldOutScores> scores) throws IOException {
      RowWriter<SaeTrainingRow> training = context.writer(SaeTrainingRow.TABLE, "");
      for (SaeTrainingRow row : log.rows()) {
        training.write(row);
      }
      RowWriter<SaeScoreRow> evaluation = context.writer(SaeScoreRow.TABLE, "");
      Mixing mixing = log.mixing();
      for (int i = 0; i < names.size(); i++) {
        if (scores.get(i).rows() > 0) {
          for (Map.Entry<String, Double> score : scores.get(i).values().entrySet()) {
            evaluation.write(new SaeScoreRow(names.get(i), score.getKey(), score.getValue()));
          }
        }
        evaluation.write(new SaeScoreRow(names.get(i), "same_sequence_share", mixing.share()));
        evaluation.write(
            new SaeScoreRow(names.get(i), "expected_same_sequence_share", mixing.expectedShare()));
      }
    }
  }
}
