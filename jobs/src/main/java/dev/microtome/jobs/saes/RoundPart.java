package dev.microtome.jobs.saes;

import dev.microtome.sae.stream.StreamSegment;
import java.io.Serializable;

/**
 * What one worker does in one round, and where what it needs and what it makes lies in the relay.
 *
 * @param group the SAEs
 * @param number of the group in the plan
 * @param worker from 0
 * @param round from 1; 0 is where the training begins
 */
record RoundPart(SaePart group, int number, int worker, long round) implements Serializable {
  /** Steps of all rounds before. */
  long firstStep() {
    return (round - 1) * group.rounds().steps();
  }

  /** Steps of this round. */
  long steps() {
    return Math.min(group.rounds().steps(), group.steps() - firstStep());
  }

  /** The batches that are this worker's alone. */
  StreamSegment segment() {
    return new StreamSegment(firstStep() * group.workers() + worker * steps(), steps());
  }

  /** Tokens of this worker in this round. */
  long tokens() {
    return steps() * group.stream().batchRows();
  }

  boolean isLast() {
    return round == group.roundCount();
  }

  /** Folder of what all workers have after the round. */
  String average() {
    return "group-%d/average-%d".formatted(number, round);
  }

  /** File of what this worker has logged in the round; it stays until all is written. */
  String log() {
    return "group-%d/worker-%d/training-%d.json".formatted(number, worker, round);
  }

  /** Folder of what this worker has after the round. */
  String state() {
    return "group-%d/worker-%d/round-%d".formatted(number, worker, round);
  }

  RoundPart ofRound(long other) {
    return new RoundPart(group, number, worker, other);
  }

  RoundPart ofWorker(int other) {
    return new RoundPart(group, number, other, round);
  }

  RoundPart before() {
    return ofRound(round - 1);
  }
}
