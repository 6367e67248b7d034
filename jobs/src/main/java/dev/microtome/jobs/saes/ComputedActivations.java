package dev.microtome.jobs.saes;

import ai.djl.ndarray.NDManager;
import dev.microtome.activations.ActivationCollector;
import dev.microtome.activations.CollectionSettings;
import dev.microtome.activations.OnNan;
import dev.microtome.activations.PositionSelection;
import dev.microtome.activations.RowFormat;
import dev.microtome.jobs.ModelFolder;
import dev.microtome.jobs.PartContext;
import dev.microtome.jobs.inputs.ExecutorTransformer;
import dev.microtome.jobs.inputs.TokenSlices;
import dev.microtome.model.HookPoint;
import dev.microtome.model.ModelConfig;
import dev.microtome.sae.stream.RowBlocks;
import dev.microtome.table.RowWriter;
import dev.microtome.text.TokenSequence;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Activations of a hook computed from tokens when they are read, and stored nowhere. A block is
 * some sequences; it is computed as a whole, however much of it is read.
 *
 * @param tokens of each block
 */
record ComputedActivations(
    String hook,
    int width,
    ModelFolder model,
    int batchTokens,
    List<TokenSlices> slices,
    List<Long> tokens)
    implements StreamSource {
  ComputedActivations {
    slices = List.copyOf(slices);
    tokens = List.copyOf(tokens);
  }

  @Override
  public String modelName() {
    return model.name();
  }

  @Override
  public long[] blockRows() {
    return tokens.stream().mapToLong(Long::longValue).toArray();
  }

  @Override
  public RowBlocks blocks(PartContext context) throws IOException {
    ExecutorTransformer transformer = ExecutorTransformer.of(model, context);
    CollectionSettings settings =
        new CollectionSettings(
            List.of(HookPoint.parse(hook)), batchTokens, PositionSelection.ALL, 0, OnNan.KEEP);
    return new RowBlocks() {
      @Override
      public int width() {
        return width;
      }

      @Override
      public int count() {
        return slices.size();
      }

      @Override
      public long rows(int block) {
        return tokens.get(block);
      }

      @Override
      public Rows open(int block, long from) throws IOException {
        return new ComputedRows(
            compute(transformer, settings, slices.get(block), context), (int) from);
      }

      @Override
      public String place(int block) {
        return "%s, hook '%s' of %s"
            .formatted(slices.get(block).slices().get(0).path(), hook, model.path());
      }
    };
  }

  /** One activation. */
  @SuppressWarnings("ArrayRecordComponent") // copied into the buffer
  private record Vector(long sequence, float[] values) {}

  private static List<Vector> compute(
      ExecutorTransformer transformer,
      CollectionSettings settings,
      TokenSlices slices,
      PartContext context)
      throws IOException {
    ModelConfig config = transformer.model().config();
    List<TokenSequence> sequences =
        slices.read(
            context.tables(), sequence -> sequence.requireFits(config.nCtx(), config.dVocab()));
    List<Vector> vectors = new ArrayList<>();
    RowWriter<Vector> keep = collecting(vectors);
    RowFormat<Vector> format =
        (hook, sequence, position, token, values, start, length) -> {
          float[] copy = new float[length];
          values.get(start, copy);
          return new Vector(sequence, copy);
        };
    try (NDManager scope = transformer.manager().newSubManager()) {
      new ActivationCollector<>(transformer.model(), settings, format)
          .collect(sequences, scope, unused -> keep, done -> {});
    }
    return vectors;
  }

  private static RowWriter<Vector> collecting(List<Vector> vectors) {
    return new RowWriter<>() {
      @Override
      public void write(Vector row) {
        vectors.add(row);
      }

      @Override
      public void close() {}
    };
  }

  private static final class ComputedRows implements RowBlocks.Rows {
    private final List<Vector> vectors;
    private int next;

    ComputedRows(List<Vector> vectors, int next) {
      this.vectors = vectors;
      this.next = next;
    }

    @Override
    public long next(float[] target, int start) {
      Vector vector = vectors.get(next++);
      System.arraycopy(vector.values(), 0, target, start, vector.values().length);
      return vector.sequence();
    }

    @Override
    public void skip(long rows) {
      next += (int) rows;
    }

    @Override
    public void close() {}
  }
}
