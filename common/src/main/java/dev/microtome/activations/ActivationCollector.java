package dev.microtome.activations;

import ai.djl.ndarray.NDManager;
import dev.microtome.activations.NonFinite.NegativeInfinity;
import dev.microtome.model.ActivationCache;
import dev.microtome.model.BatchPlanner;
import dev.microtome.model.ForwardPass;
import dev.microtome.model.HookPoint;
import dev.microtome.model.HookShape;
import dev.microtome.model.HookShape.Kind;
import dev.microtome.model.HookSite;
import dev.microtome.model.HookedTransformer;
import dev.microtome.model.TokenBatch;
import dev.microtome.run.InputException;
import dev.microtome.run.RejectedContentException;
import dev.microtome.table.RowWriter;
import dev.microtome.text.TokenSequence;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongConsumer;

/**
 * Runs a model over sequences and turns what passes the hook points into rows, one for each (hook,
 * sequence, position). All hooks are read in one pass over the model; while one batch is written,
 * the next is computed.
 *
 * <p>The vector of a row is the activation at its position, row-major: [feature], [head, feature],
 * or for attention scores and patterns [head, key position], the row being the query and the keys
 * those of its own sequence, later ones included.
 *
 * <p>Order: batches as planned from the lengths, longest first; within a batch by hook, then
 * sequence as given, then position. It depends on nothing but the arguments, and so do the values'
 * bits, given one machine type and number of threads.
 *
 * <p>Memory: two batches' activations outside the heap, plus the pass itself.
 */
public final class ActivationCollector<R extends Record> {
  /** A native array is seen through one buffer, whose size in bytes is an int. */
  private static final long MOST_VALUES = Integer.MAX_VALUE / Float.BYTES;

  private final HookedTransformer model;
  private final CollectionSettings settings;
  private final RowFormat<R> format;
  private final ForwardPass pass;

  /**
   * Prepares to collect.
   *
   * @throws InputException when the model lacks a hook point
   */
  public ActivationCollector(
      HookedTransformer model, CollectionSettings settings, RowFormat<R> format) {
    settings.hooks().forEach(model.hookPoints()::require);
    this.model = model;
    this.settings = settings;
    this.format = format;
    this.pass =
        ForwardPass.builder().read(settings.hooks()).intervene(settings.interventions()).build();
  }

  /**
   * Collects from these sequences.
   *
   * @param parent owner of the native memory the passes use
   * @param writers where the rows of a hook go; used by one thread at a time, though not the
   *     caller's
   * @param progress told of sequences done so far, after each batch
   * @return tokens run through the model, padding not counted
   * @throws InputException for an empty sequence, one longer than the model's context, a token that
   *     is not in the model's vocabulary, and, if the settings say so, for an activation that is
   *     not finite
   */
  public long collect(
      List<TokenSequence> sequences,
      NDManager parent,
      Function<HookPoint, RowWriter<R>> writers,
      LongConsumer progress)
      throws IOException {
    int nCtx = model.config().nCtx();
    int dVocab = model.config().dVocab();
    sequences.forEach(sequence -> sequence.requireFits(nCtx, dVocab));
    int[] lengths = sequences.stream().mapToInt(sequence -> sequence.tokens().length).toArray();
    long tokens = 0;
    long done = 0;
    try (Overlap writing = new Overlap()) {
      for (int[] indices : BatchPlanner.plan(lengths, batchTokens(lengths))) {
        List<TokenSequence> batch = new ArrayList<>(indices.length);
        for (int index : indices) {
          batch.add(sequences.get(index));
        }
        TokenBatch input = TokenBatch.of(batch.stream().map(TokenSequence::tokens).toList());
        ActivationCache cache = model.run(input, pass, parent);
        try {
          writing.await();
        } catch (IOException | RuntimeException | Error e) {
          cache.close();
          throw e;
        }
        writing.start(
            () -> {
              try (cache) {
                write(batch, cache, writers);
              }
            });
        tokens += input.tokenCount();
        done += batch.size();
        progress.accept(done);
      }
      writing.await();
    }
    return tokens;
  }

  /** The budget, lowered so far that the largest activation of a batch fits into one buffer. */
  private int batchTokens(int[] lengths) {
    int longest = 1;
    for (int length : lengths) {
      longest = Math.max(longest, length);
    }
    long budget = settings.batchTokens();
    for (HookPoint hook : settings.hooks()) {
      long most = MOST_VALUES / model.hookPoints().shape(hook).sizePerPosition(longest);
      if (most < longest) {
        throw new InputException(
            "hook '%s': a sequence of %d tokens takes more than 2 GiB; sequences of up to %d tokens fit"
                .formatted(hook, longest, most));
      }
      budget = Math.min(budget, most);
    }
    return (int) budget;
  }

  private void write(
      List<TokenSequence> batch, ActivationCache cache, Function<HookPoint, RowWriter<R>> writers)
      throws IOException {
    for (HookPoint hook : settings.hooks()) {
      FloatBuffer values = cache.get(hook).toByteBuffer(true).asFloatBuffer();
      Cut cut = new Cut(hook, model.hookPoints().shape(hook), values, cache.batch().length());
      RowWriter<R> writer = writers.apply(hook);
      for (int row = 0; row < batch.size(); row++) {
        write(cut, row, batch.get(row), writer);
      }
    }
  }

  private void write(Cut cut, int row, TokenSequence sequence, RowWriter<R> writer)
      throws IOException {
    int[] tokens = sequence.tokens();
    long id = sequence.sequenceId();
    String hook = cut.hook.address();
    for (int position : settings.positions().of(settings.seed(), id, tokens.length)) {
      cut.moveTo(row, position, tokens.length);
      if (settings.onNan() == OnNan.FAIL) {
        cut.requireFinite(id, position);
      }
      writer.write(
          format.row(hook, id, position, tokens[position], cut.values, cut.start, cut.size));
    }
  }

  /** One vector at a time of a batch's activation. */
  private static final class Cut {
    private final HookPoint hook;
    private final HookShape shape;
    private final FloatBuffer all;
    private final int paddedLength;
    private final NegativeInfinity negativeInfinity;
    private FloatBuffer gathered = FloatBuffer.allocate(0);
    private FloatBuffer values;
    private int start;
    private int size;

    Cut(HookPoint hook, HookShape shape, FloatBuffer all, int paddedLength) {
      this.hook = hook;
      this.shape = shape;
      this.all = all;
      this.paddedLength = paddedLength;
      // Scores of masked keys are −∞ by definition.
      this.negativeInfinity =
          hook.site() == HookSite.ATTN_SCORES ? NegativeInfinity.ALLOWED : NegativeInfinity.REFUSED;
      this.values = all;
    }

    void moveTo(int row, int position, int length) {
      size = shape.sizePerPosition(length);
      if (shape.kind() == Kind.ATTENTION) {
        gather(row, position, length);
      } else {
        start = (row * paddedLength + position) * size;
      }
    }

    /** Keys of all heads side by side: in the array heads lie apart, and keys may be padded. */
    private void gather(int row, int query, int length) {
      if (gathered.capacity() < size) {
        gathered = FloatBuffer.allocate(size);
      }
      for (int head = 0; head < shape.heads(); head++) {
        int first = ((row * shape.heads() + head) * paddedLength + query) * paddedLength;
        gathered.put(head * length, all, first, length);
      }
      values = gathered;
      start = 0;
    }

    void requireFinite(long sequenceId, int position) {
      int found = NonFinite.first(values, start, size, negativeInfinity);
      if (found >= 0) {
        throw new RejectedContentException(
            "hook '%s', sequence %d, position %d: value %d is %s (on-nan = keep stores such values)"
                .formatted(hook, sequenceId, position, found, values.get(start + found)));
      }
    }
  }
}
