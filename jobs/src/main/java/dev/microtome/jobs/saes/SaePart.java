package dev.microtome.jobs.saes;

import dev.microtome.jobs.inputs.SequenceFacts;
import dev.microtome.sae.stream.HeldOut;
import dev.microtome.sae.stream.MixedBatches;
import dev.microtome.sae.stream.RowColumns;
import dev.microtome.sae.stream.StreamSettings;
import dev.microtome.sae.training.SaeMemory;
import dev.microtome.sae.training.SaeRecipe;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

/**
 * SAEs that are trained together from one read.
 *
 * @param inputs of each SAE
 * @param stream the batches of all workers together
 * @param workers that train at the same time; with one there are no rounds
 * @param rounds what the workers do between two averages
 * @param evaluationTokens rows held out
 * @param checkpointEvery steps between two saved states; 0 for none
 * @param logEvery steps between two rows of the table
 * @param modelName what the folders say of the model; empty for nothing
 * @param sequences that the activations are of
 */
record SaePart(
    StreamSource source,
    List<SaeRecipe> recipes,
    List<SaeInput> inputs,
    StreamSettings stream,
    int workers,
    RoundSettings rounds,
    long evaluationTokens,
    long checkpointEvery,
    int logEvery,
    String modelName,
    SequenceFacts sequences)
    implements Serializable {
  SaePart {
    recipes = List.copyOf(recipes);
    inputs = List.copyOf(inputs);
  }

  /** Steps of the training, of each worker. */
  long steps() {
    return stream.batches() / workers;
  }

  /** Rounds of the training. */
  long roundCount() {
    return (steps() + rounds.steps() - 1) / rounds.steps();
  }

  /** Tokens of all workers after so many steps. */
  long tokens(long steps) {
    return steps * stream.batchRows() * workers;
  }

  /** Whether a step has a row in the table. */
  boolean logs(long step) {
    return step % logEvery == 0 || step == steps();
  }

  /** What the SAEs need in training, all together. */
  SaeMemory memory() {
    List<SaeMemory> each =
        recipes.stream().map(recipe -> SaeMemory.of(recipe, stream.batchRows())).toList();
    return new SaeMemory(
        each.stream().mapToLong(SaeMemory::bytes).sum(),
        each.stream().mapToLong(SaeMemory::bytesPerThread).sum());
  }

  /** Rows that are mixed with each other, batches that are made ahead, and a block's rows. */
  long bufferBytes() {
    return (long) Float.BYTES * stream.bufferRows() * source.width()
        + MixedBatches.bytes(stream.batchRows(), source.width())
        + source.blockBytes();
  }

  /** What a task with one core holds. */
  long bytesOnOneCore() {
    return memory().bytes() + memory().bytesPerThread() + bufferBytes();
  }

  /** What there is to warn of: fewer tokens held out than were asked for. */
  Optional<String> warning() {
    long[] rows = source.blockRows();
    long held = LongStream.of(HeldOut.ends(rows, evaluationTokens)).sum();
    return held == evaluationTokens
        ? Optional.empty()
        : Optional.of(
            "hook '%s': %,d of %,d tokens are held out, half at most, not evaluation-tokens = %d"
                .formatted(
                    inputs.get(0).hook(), held, LongStream.of(rows).sum(), evaluationTokens));
  }

  List<RowColumns> columns() {
    return inputs.stream().map(SaeInput::columns).toList();
  }

  List<String> names() {
    return recipes.stream().map(SaeRecipe::name).toList();
  }
}
