package dev.microtome.sae.training;

import dev.microtome.sae.stream.MixedBatches;
import dev.microtome.sae.stream.Mixing;
import dev.microtome.sae.stream.RowBatch;
import dev.microtome.sae.stream.RowBlocks;
import dev.microtome.sae.stream.RowColumns;
import dev.microtome.sae.stream.StreamSegment;
import dev.microtome.sae.stream.StreamSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A training by several workers, one after the other in this process.
 *
 * @param workers each trains on every so many-th stretch of the stream
 * @param roundSteps of a worker between two outer steps
 * @param stream batches of all workers together
 */
record WorkersInTurn(
    SaeRecipe recipe,
    int workers,
    long roundSteps,
    OuterOptimizer optimizer,
    StreamSettings stream) {

  /** Trains to the end and leaves the weights in the folder this returns. */
  Path train(RowBlocks rows, Path folder) throws IOException {
    List<SaeRecipe> recipes = List.of(recipe);
    Path outer = Files.createDirectories(folder.resolve("outer-0"));
    List<Path> places = new ArrayList<>();
    for (int worker = 0; worker < workers; worker++) {
      places.add(Files.createDirectories(folder.resolve("worker-" + worker)));
    }
    try (SaeGroup group = SaeGroup.start(recipes, 1);
        MixedBatches batches =
            MixedBatches.openSegment(rows, stream, new StreamSegment(0, 1), Mixing.NONE)) {
      group.begin(batches.next());
      group.writeShared(outer);
      for (Path place : places) {
        group.writeStates(place);
      }
    }
    long steps = stream.batches() / workers;
    for (long done = 0; done < steps; done += roundSteps) {
      long now = Math.min(roundSteps, steps - done);
      for (int worker = 0; worker < workers; worker++) {
        StreamSegment segment = new StreamSegment(done * workers + worker * now, now);
        try (SaeGroup group = SaeGroup.resume(recipes, 1, places.get(worker));
            MixedBatches batches = MixedBatches.openSegment(rows, stream, segment, Mixing.NONE)) {
          group.adopt(outer);
          while (batches.hasNext()) {
            group.step(batches.next());
          }
          group.writeStates(places.get(worker));
          group.writeShared(places.get(worker));
        }
      }
      Path next = Files.createDirectories(folder.resolve("outer-" + (done + now)));
      boolean last = done + now == steps;
      OuterStep.take(recipes, last ? OuterOptimizer.MEAN : optimizer, outer, places, next);
      outer = next;
    }
    return outer;
  }

  /** The loss of the trained SAE on some rows, as one batch. */
  double loss(RowBlocks rows, RowBlocks held, Path folder) throws IOException {
    Path outer = train(rows, folder);
    RowBatch batch = RowColumns.all(held.width()).batch((int) held.totalRows());
    int next = 0;
    for (int block = 0; block < held.count(); block++) {
      try (RowBlocks.Rows open = held.open(block, 0)) {
        for (long row = 0; row < held.rows(block); row++) {
          open.next(batch.rows()[next++], 0);
        }
      }
    }
    try (SaeGroup group = SaeGroup.start(List.of(recipe), 1);
        MixedBatches batches =
            MixedBatches.openSegment(rows, stream, new StreamSegment(0, 1), Mixing.NONE)) {
      group.begin(batches.next());
      group.adopt(outer);
      return group.step(batch).get(0).loss();
    }
  }
}
