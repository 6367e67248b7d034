package dev.microtome.jobs.saes;

import dev.microtome.jobs.PartContext;
import dev.microtome.jobs.PartTask;
import dev.microtome.jobs.Relay;
import dev.microtome.model.Torch;
import dev.microtome.sae.stream.HeldOut;
import dev.microtome.sae.stream.MixedBatches;
import dev.microtome.sae.stream.Mixing;
import dev.microtome.sae.stream.StreamSegment;
import dev.microtome.sae.training.OuterOptimizer;
import dev.microtome.sae.training.OuterStep;
import dev.microtome.sae.training.SaeGroup;
import dev.microtome.sae.training.SaeRecipe;
import dev.microtome.sae.training.SaeTrainingRow;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What the stages of {@link Rounds} do. */
final class RoundTasks {
  private RoundTasks() {}

  /** Makes the first weights, which all workers begin with. */
  record Begin() implements PartTask<RoundPart> {
    @Override
    public long run(RoundPart first, PartContext context) throws IOException {
      SaePart part = first.group();
      RoundPart begin = first.before();
      Torch.threads(context.cores());
      try (Scratch scratch = Scratch.create();
          SaeGroup group = SaeGroup.start(part.recipes(), part.columns(), context.cores());
          MixedBatches batches =
              MixedBatches.openSegment(
                  held(part, context).rest(),
                  part.stream(),
                  new StreamSegment(0, 1),
                  Mixing.NONE)) {
        group.begin(batches.next());
        leave(group, begin, scratch, context.relay());
        context.relay().write(begin.log(), new TrainingLog(part.recipes().size())::write);
        Scratch.leave(
            context.relay(),
            scratch.folder(),
            SaeGroup.sharedFiles(part.recipes()),
            begin.average());
        return 1;
      }
    }
  }

  /** A worker's steps of a round. */
  record Steps() implements PartTask<RoundPart> {
    @Override
    public long run(RoundPart round, PartContext context) throws IOException {
      long start = System.nanoTime();
      SaePart part = round.group();
      Torch.threads(context.cores());
      try (Scratch scratch = Scratch.create()) {
        // The first round of each worker begins with what there is once.
        RoundPart before = round.round() == 1 ? round.before().ofWorker(0) : round.before();
        TrainingLog log = log(before, context.relay()).continued();
        // The first rows are read while the weights are.
        try (MixedBatches batches =
                MixedBatches.openSegment(
                    held(part, context).rest(), part.stream(), round.segment(), log.mixing());
            SaeGroup group = group(before, scratch, context)) {
          log.addHandingOver(secondsSince(start));
          new TrainingLoop(part, context, log)
              .run(group, batches, RoundTasks::nothingAhead, checkpoints(before));
          long done = System.nanoTime();
          leave(group, round, scratch, context.relay());
          log.addHandingOver(secondsSince(done));
          context.relay().write(round.log(), log::write);
        }
      }
      return round.tokens();
    }

    private static double secondsSince(long start) {
      return (System.nanoTime() - start) / 1e9;
    }

    private static TrainingLoop.Checkpoints checkpoints(RoundPart before) {
      return new TrainingLoop.Checkpoints() {
        @Override
        public void after(long step) {}

        @Override
        public String last() {
          return "round %d, kept in the run's _work folder".formatted(before.round());
        }
      };
    }
  }

  /** The step of all workers together. */
  record Average() implements PartTask<RoundPart> {
    @Override
    public long run(RoundPart round, PartContext context) throws IOException {
      SaePart part = round.group();
      List<SaeRecipe> recipes = part.recipes();
      List<String> shared = SaeGroup.sharedFiles(recipes);
      Relay relay = context.relay();
      try (Scratch scratch = Scratch.create()) {
        Path before = scratch.folder("before");
        Scratch.fetch(
            relay,
            round.before().average(),
            round.round() == 1 ? shared : OuterStep.files(recipes),
            before);
        List<Path> workers = new ArrayList<>();
        for (int worker = 0; worker < part.workers(); worker++) {
          Path folder = scratch.folder("worker-" + worker);
          Scratch.fetch(relay, round.ofWorker(worker).state(), shared, folder);
          workers.add(folder);
        }
        Path after = scratch.folder("after");
        // A momentum that nothing follows would carry the weights beyond what was trained.
        OuterOptimizer optimizer = round.isLast() ? OuterOptimizer.MEAN : part.rounds().optimizer();
        OuterStep.take(recipes, optimizer, before, workers, after);
        Scratch.leave(relay, after, OuterStep.files(recipes), round.average());
      }
      return 1;
    }
  }

  /** Evaluates and writes what the last average left. */
  record Finish() implements PartTask<RoundPart> {
    @Override
    public long run(RoundPart last, PartContext context) throws IOException {
      SaePart part = last.group();
      Torch.threads(context.cores());
      List<List<SaeTrainingRow>> rows = new ArrayList<>();
      Mixing mixing = Mixing.NONE;
      for (int worker = 0; worker < part.workers(); worker++) {
        List<SaeTrainingRow> ofWorker = new ArrayList<>();
        Mixing mixingOfWorker = Mixing.NONE;
        for (long round = 1; round <= part.roundCount(); round++) {
          TrainingLog log = log(last.ofWorker(worker).ofRound(round), context.relay());
          ofWorker.addAll(log.rows());
          mixingOfWorker = log.mixing();
        }
        rows.add(ofWorker);
        mixing = mixing.plus(mixingOfWorker);
      }
      try (Scratch scratch = Scratch.create();
          SaeGroup group = group(last, scratch, context)) {
        new SaeOutput(part, context, scratch.folder())
            .write(group, held(part, context), SaeTrainingRow.ofWorkers(rows), mixing);
      }
      return part.recipes().size();
    }
  }

  private static HeldOut held(SaePart part, PartContext context) throws IOException {
    return HeldOut.of(part.source().blocks(context), part.evaluationTokens());
  }

  /** Resampling, which looks ahead, is refused with several workers. */
  private static MixedBatches nothingAhead() {
    throw new IllegalStateException("a worker does not know the batches of the others");
  }

  /** The SAEs with a worker's optimisers and the weights of all. */
  private static SaeGroup group(RoundPart at, Scratch scratch, PartContext context)
      throws IOException {
    List<SaeRecipe> recipes = at.group().recipes();
    Path own = scratch.folder("own");
    Scratch.fetch(context.relay(), at.state(), SaeGroup.stateFiles(recipes), own);
    Path shared = scratch.folder("shared");
    Scratch.fetch(context.relay(), at.average(), SaeGroup.sharedFiles(recipes), shared);
    SaeGroup group = SaeGroup.resume(recipes, at.group().columns(), context.cores(), own);
    try {
      group.adopt(shared);
      return group;
    } catch (RuntimeException e) {
      group.close();
      throw e;
    }
  }

  private static TrainingLog log(RoundPart at, Relay relay) throws IOException {
    try (InputStream in = relay.open(at.log())) {
      return TrainingLog.read(in);
    }
  }

  private static void leave(SaeGroup group, RoundPart at, Scratch scratch, Relay relay)
      throws IOException {
    List<SaeRecipe> recipes = at.group().recipes();
    group.writeStates(scratch.folder());
    group.writeShared(scratch.folder());
    List<String> names = new ArrayList<>(SaeGroup.stateFiles(recipes));
    names.addAll(SaeGroup.sharedFiles(recipes));
    Scratch.leave(relay, scratch.folder(), names, at.state());
  }
}
