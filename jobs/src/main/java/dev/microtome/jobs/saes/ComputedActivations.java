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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Activations of hooks computed from tokens when they are read, in one pass for all of them, and
 * stored nowhere. A row has the hooks' values side by side. A block is some sequences; it is
 * computed as a whole, however much of it is read.
 *
 * @param widths of the hooks
 * @param tokens of each block
 */
record ComputedActivations(
    List<String> hooks,
    List<Integer> widths,
    ModelFolder model,
    int batchTokens,
    List<TokenSlices> slices,
    List<Long> tokens)
    implements StreamSource {
  ComputedActivations {
    hooks = List.copyOf(hooks);
    widths = List.copyOf(widths);
    slices = List.copyOf(slices);
    tokens = List.copyOf(tokens);
  }

  @Override
  public int width() {
    return widths.stream().mapToInt(Integer::intValue).sum();
  }

  @Override
  public String modelName() {
    return model.name();
  }

  @Override
  public String modelSha256() {
    return model.digest();
  }

  @Override
  public long[] blockRows() {
    return tokens.stream().mapToLong(Long::longValue).toArray();
  }

  @Override
  public long blockBytes() {
    return tokens.stream().mapToLong(Long::longValue).max().orElse(0) * width() * Float.BYTES;
  }

  @Override
  public RowBlocks blocks(PartContext context) throws IOException {
    ExecutorTransformer transformer = ExecutorTransformer.of(model, context);
    CollectionSettings settings =
        new CollectionSettings(
            hooks.stream().map(HookPoint::parse).toList(),
            batchTokens,
            PositionSelection.ALL,
            0,
            OnNan.KEEP);
    return new RowBlocks() {
      @Override
      public int width() {
        return ComputedActivations.this.width();
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
            .formatted(
                slices.get(block).slices().get(0).path(), String.join("', '", hooks), model.path());
      }
    };
  }

  /** One activation. */
  @SuppressWarnings("ArrayRecordComponent") // copied into the buffer
  private record Vector(long sequence, float[] values) {}

  /** The activations of each hook, in the order of tokens. */
  private static List<List<Vector>> compute(
      ExecutorTransformer transformer,
      CollectionSettings settings,
      TokenSlices slices,
      PartContext context)
      throws IOException {
    ModelConfig config = transformer.model().config();
    List<TokenSequence> sequences =
        slices.read(
            context.tables(), sequence -> sequence.requireFits(config.nCtx(), config.dVocab()));
    Map<HookPoint, List<Vector>> vectors = new LinkedHashMap<>();
    settings.hooks().forEach(hook -> vectors.put(hook, new ArrayList<>()));
    RowFormat<Vector> format =
        (hook, sequence, position, token, values, start, length) -> {
          float[] copy = new float[length];
          values.get(start, copy);
          return new Vector(sequence, copy);
        };
    try (NDManager scope = transformer.manager().newSubManager()) {
      new ActivationCollector<>(transformer.model(), settings, format)
          .collect(sequences, scope, hook -> collecting(vectors.get(hook)), done -> {});
    }
    return List.copyOf(vectors.values());
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
    private final List<List<Vector>> hooks;
    private int next;

    ComputedRows(List<List<Vector>> hooks, int next) {
      this.hooks = hooks;
      this.next = next;
    }

    @Override
    public long next(float[] target, int start) {
      int at = start;
      for (List<Vector> vectors : hooks) {
        float[] values = vectors.get(next).values();
        System.arraycopy(values, 0, target, at, values.length);
        at += values.length;
      }
      return hooks.get(0).get(next++).sequence();
    }

    @Override
    public void skip(long rows) {
      next += (int) rows;
    }

    @Override
    public void close() {}
  }
}
