package dev.microtome.jobs.saes;

import dev.microtome.jobs.JobContext;
import dev.microtome.jobs.Plan;
import dev.microtome.sae.training.OuterStep;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * SAEs that several workers train at the same time, in stages: one in which each training begins,
 * then for each round one in which every worker takes its steps on rows that no other worker has,
 * and one in which weights are averaged ({@link OuterStep}); a last one evaluates and writes.
 *
 * <p>Between two stages weights and the state of each worker's optimiser lie in the relay, so that
 * any executor may take any worker's next round, and a killed run goes on from its last whole one.
 * What a worker computes does not depend on where and when: a run ends with the same bytes on any
 * number of executors. Cost of a round: a worker writes its weights twice and the optimiser's sums
 * once, an average reads the weights of all workers, and each worker reads the average.
 */
final class Rounds {
  private final List<SaePart> groups;
  private final JobContext context;

  Rounds(List<SaePart> groups, JobContext context) {
    this.groups = groups;
    this.context = context;
  }

  /** Trains, evaluates and writes. */
  void run() throws IOException {
    context.runStage("begin", averages(1), new RoundTasks.Begin());
    long rounds = groups.stream().mapToLong(SaePart::roundCount).max().orElseThrow();
    for (long round = 1; round <= rounds; round++) {
      Plan<RoundPart> steps = steps(round);
      Plan<RoundPart> averages = averages(round);
      context.runStage("round_%05d".formatted(round), steps, new RoundTasks.Steps());
      context.runStage("average_%05d".formatted(round), averages, new RoundTasks.Average());
      for (RoundPart part : steps.parts()) {
        context.relay().delete(part.before().state());
      }
      for (RoundPart part : averages.parts()) {
        context.relay().delete(part.before().average());
      }
    }
    List<RoundPart> last = new ArrayList<>();
    long saes = 0;
    for (int i = 0; i < groups.size(); i++) {
      last.add(new RoundPart(groups.get(i), i, 0, groups.get(i).roundCount()));
      saes += groups.get(i).recipes().size();
    }
    context.runParts(new Plan<>(last, "saes", saes, -1, -1), new RoundTasks.Finish());
  }

  /** A part for each worker in this round. */
  private Plan<RoundPart> steps(long round) {
    List<RoundPart> parts = new ArrayList<>();
    for (RoundPart first : averages(round).parts()) {
      IntStream.range(0, first.group().workers()).mapToObj(first::ofWorker).forEach(parts::add);
    }
    return new Plan<>(parts, "tokens", parts.stream().mapToLong(RoundPart::tokens).sum(), -1, -1);
  }

  /** A part for each group that has this round. */
  private Plan<RoundPart> averages(long round) {
    List<RoundPart> parts = new ArrayList<>();
    for (int i = 0; i < groups.size(); i++) {
      if (round <= groups.get(i).roundCount()) {
        parts.add(new RoundPart(groups.get(i), i, 0, round));
      }
    }
    return new Plan<>(parts, "averages", parts.size(), -1, -1);
  }
}
