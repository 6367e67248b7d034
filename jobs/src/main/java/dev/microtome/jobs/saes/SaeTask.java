package dev.microtome.jobs.saes;

import dev.microtome.jobs.PartContext;
import dev.microtome.jobs.PartTask;
import dev.microtome.jobs.Workspace;
import dev.microtome.model.Torch;
import dev.microtome.sae.stream.HeldOut;
import dev.microtome.sae.stream.MixedBatches;
import dev.microtome.sae.stream.Mixing;
import dev.microtome.sae.training.SaeGroup;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Trains the SAEs of one part by one worker, and evaluates and writes them. */
record SaeTask() implements PartTask<SaePart> {
  @Override
  public long run(SaePart part, PartContext context) throws IOException {
    Torch.threads(context.cores());
    try (Scratch scratch = Scratch.create()) {
      return new Training(part, context, scratch.folder()).run();
    }
  }

  /** One attempt. */
  private static final class Training {
    private final SaePart part;
    private final PartContext context;
    private final Path scratch;
    private long savedAt = -1;

    Training(SaePart part, PartContext context, Path scratch) {
      this.part = part;
      this.context = context;
      this.scratch = scratch;
    }

    long run() throws IOException {
      HeldOut held = HeldOut.of(part.source().blocks(context), part.evaluationTokens());
      Optional<TrainingLog> saved = context.workspace().restore(this::restore);
      TrainingLog log = saved.orElseGet(() -> new TrainingLog(part.recipes().size()));
      try (SaeGroup group =
          saved.isPresent()
              ? SaeGroup.resume(part.recipes(), part.columns(), context.cores(), scratch)
              : SaeGroup.start(part.recipes(), part.columns(), context.cores())) {
        if (saved.isPresent()) {
          savedAt = group.steps();
        }
        try (MixedBatches batches =
            MixedBatches.openAfter(held.rest(), part.stream(), group.steps(), log.mixing())) {
          new TrainingLoop(part, context, log)
              .run(
                  group,
                  batches,
                  () ->
                      MixedBatches.openAfter(
                          held.rest(), part.stream(), group.steps(), Mixing.NONE),
                  checkpoints(group, log));
        }
        new SaeOutput(part, context, scratch).write(group, held, log.rows(), log.mixing());
        return part.tokens(group.steps());
      }
    }

    private TrainingLoop.Checkpoints checkpoints(SaeGroup group, TrainingLog log) {
      return new TrainingLoop.Checkpoints() {
        @Override
        public void after(long step) throws IOException {
          if (part.checkpointEvery() > 0
              && step % part.checkpointEvery() == 0
              && step < part.steps()) {
            save(group, log);
          }
        }

        @Override
        public String last() {
          return savedAt < 0
              ? "none"
              : "step %d, kept in the run's _work folder".formatted(savedAt);
        }
      };
    }

    private void save(SaeGroup group, TrainingLog log) throws IOException {
      group.writeStates(scratch);
      context
          .workspace()
          .save(
              part.tokens(group.steps()),
              files -> {
                for (String name : SaeGroup.stateFiles(part.recipes())) {
                  try (OutputStream out = files.create(name)) {
                    Files.copy(scratch.resolve(name), out);
                  }
                }
                try (OutputStream out = files.create(TrainingLog.FILE)) {
                  log.write(out);
                }
              });
      savedAt = group.steps();
    }

    private TrainingLog restore(Workspace.SavedState saved) throws IOException {
      for (String name : SaeGroup.stateFiles(part.recipes())) {
        Files.deleteIfExists(scratch.resolve(name));
        try (InputStream in = saved.open(name)) {
          Files.copy(in, scratch.resolve(name));
        }
      }
      try (InputStream in = saved.open(TrainingLog.FILE)) {
        return TrainingLog.read(in);
      }
    }
  }
}
