package dev.microtome.jobs.models;

import dev.microtome.corpus.GeneratedCorpus;
import dev.microtome.jobs.PartContext;
import dev.microtome.jobs.PartTask;
import dev.microtome.jobs.TableInput;
import dev.microtome.jobs.TableReader;
import dev.microtome.jobs.Workspace;
import dev.microtome.jobs.models.ModelPart.MixedTokens;
import dev.microtome.jobs.models.TrainModelConfig.Format;
import dev.microtome.model.Torch;
import dev.microtome.model.load.Gpt2Files;
import dev.microtome.model.load.ModelFiles;
import dev.microtome.run.InputException;
import dev.microtome.run.PartRefusedException;
import dev.microtome.run.RejectedContentException;
import dev.microtome.table.RowReader;
import dev.microtome.table.RowWriter;
import dev.microtome.text.TokenSequence;
import dev.microtome.training.DivergedException;
import dev.microtome.training.TokenMixture;
import dev.microtome.training.TokenSource;
import dev.microtome.training.Trainer;
import dev.microtome.training.TrainingRow;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Trains one model. Gradients are libtorch's own, computed inside one scripted call and so by as
 * many trainings of a process as it has tasks; a task uses the cores that Spark gives it.
 */
record TrainTask() implements PartTask<ModelPart> {
  private static final String STATE = "state.safetensors";
  private static final String LOG = "training.bin";

  @Override
  public long run(ModelPart part, PartContext context) throws IOException {
    Torch.threads(1);
    Path scratch = Files.createTempDirectory("train-model");
    try {
      return new Training(part, context, scratch).run();
    } catch (DivergedException e) {
      // The other models of a sweep are worth their training.
      throw new PartRefusedException(
          "model '%s': %s; its checkpoints up to there are kept in the run's _work folder"
              .formatted(part.name(), e.getMessage()),
          e);
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
    private final ModelPart part;
    private final PartContext context;
    private final Path scratch;

    Training(ModelPart part, PartContext context, Path scratch) {
      this.part = part;
      this.context = context;
      this.scratch = scratch;
    }

    long run() throws IOException {
      TokenMixture mixture =
          context
              .models()
              .shared("tokens " + part.tokens().digest(), () -> read(part, context.tables()));
      Optional<TrainingLog> saved = context.workspace().restore(this::restore);
      TrainingLog log = saved.orElseGet(TrainingLog::new);
      try (Trainer trainer =
          saved.isPresent()
              ? Trainer.resume(
                  part.architecture(),
                  part.settings(),
                  mixture,
                  context.cores(),
                  scratch.resolve(STATE))
              : Trainer.start(part.architecture(), part.settings(), mixture, context.cores())) {
        if (saved.isEmpty()) {
          keep(trainer);
        }
        train(trainer, log);
        write(log);
        return trainer.step();
      }
    }

    private void train(Trainer trainer, TrainingLog log) throws IOException {
      while (trainer.step() < part.settings().steps()) {
        long start = System.nanoTime();
        try {
          log.add(trainer.next(), (System.nanoTime() - start) / 1e9);
        } catch (DivergedException e) {
          // One that diverged before goes on from the state saved here and diverges again.
          if (!part.schedule().contains(trainer.step()) && !log.hasDiverged()) {
            write(trainer);
          }
          log.diverged();
          save(trainer, log);
          throw e;
        }
        keep(trainer);
        long step = trainer.step();
        if (part.saveEvery() > 0
            && step % part.saveEvery() == 0
            && step < part.settings().steps()) {
          save(trainer, log);
        }
        context.progress(step);
      }
    }

    private void keep(Trainer trainer) throws IOException {
      if (part.schedule().contains(trainer.step())) {
        write(trainer);
      }
    }

    private void write(Trainer trainer) throws IOException {
      Path folder = scratch.resolve("model");
      trainer.writeModel(folder);
      if (part.format() == Format.GPT2) {
        Path toy = folder;
        folder = scratch.resolve("gpt2");
        Gpt2Files.convert(ModelFiles.open(toy), folder);
      }
      if (!part.tokens().tokenizer().isEmpty()) {
        try (OutputStream out = context.artifact(path(trainer, GeneratedCorpus.TOKENIZER_FILE))) {
          out.write(part.tokens().tokenizer().getBytes(StandardCharsets.UTF_8));
        }
      }
      // The configuration comes last, as in the folder it is copied from.
      for (String file : List.of("model.safetensors", "config.json")) {
        try (OutputStream out = context.artifact(path(trainer, file))) {
          Files.copy(folder.resolve(file), out);
        }
      }
    }

    private String path(Trainer trainer, String file) {
      return "%s/step-%d/%s".formatted(part.folder(), trainer.step(), file);
    }

    private void save(Trainer trainer, TrainingLog log) throws IOException {
      Path state = scratch.resolve(STATE);
      trainer.writeState(state);
      context
          .workspace()
          .save(
              trainer.step(),
              files -> {
                try (OutputStream out = files.create(STATE)) {
                  Files.copy(state, out);
                }
                try (OutputStream out = files.create(LOG)) {
                  log.write(out);
                }
              });
    }

    private TrainingLog restore(Workspace.SavedState saved) throws IOException {
      Path state = scratch.resolve(STATE);
      Files.deleteIfExists(state);
      try (InputStream in = saved.open(STATE)) {
        Files.copy(in, state);
      }
      try (InputStream in = saved.open(LOG)) {
        return TrainingLog.read(in);
      }
    }

    private void write(TrainingLog log) throws IOException {
      RowWriter<TrainingRow> writer = context.writer(TrainingRow.TABLE, "");
      for (TrainingRow row : log.rows(part.name())) {
        writer.write(row);
      }
    }
  }

  private static TokenMixture read(ModelPart part, TableReader tables) throws IOException {
    MixedTokens tokens = part.tokens();
    TokenMixture.Builder mixture = TokenMixture.builder();
    for (int i = 0; i < tokens.tables().size(); i++) {
      List<int[]> sequences = new ArrayList<>();
      for (TableInput.TableFile file : tokens.tables().get(i)) {
        try (RowReader<TokenSequence> rows = tables.read(file.path(), TokenSequence.class)) {
          while (rows.hasNext()) {
            TokenSequence row = rows.next();
            require(row, part, file.path());
            sequences.add(row.tokens());
          }
        }
      }
      mixture.add(TokenSource.of(sequences), tokens.weights().get(i));
    }
    return mixture.build();
  }

  /** What the trainer checks too, which knows neither the file nor the id. */
  private static void require(TokenSequence sequence, ModelPart part, String file) {
    int length = part.settings().sequenceLength();
    if (sequence.tokens().length < length) {
      throw new RejectedContentException(
          "%s: sequence %d has %d tokens, sequences of %d are asked for"
              .formatted(file, sequence.sequenceId(), sequence.tokens().length, length));
    }
    try {
      sequence.requireFits(Integer.MAX_VALUE, part.architecture().dVocab());
    } catch (InputException e) {
      throw new RejectedContentException(file + ": " + e.getMessage(), e);
    }
  }
}
