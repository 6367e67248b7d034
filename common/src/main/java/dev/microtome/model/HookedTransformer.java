package dev.microtome.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.microtome.model.load.ModelFiles;
import dev.microtome.model.load.ModelWeights;
import dev.microtome.run.InputException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A transformer whose every activation can be read and changed by address. One instance serves any
 * number of threads at once; each run has its own native memory.
 *
 * <p>Numbers are the original model's in float32. A component of which nothing is read or changed
 * inside runs fused, at the speed of its matrix products.
 */
public final class HookedTransformer implements AutoCloseable {
  private final ModelConfig config;
  private final HookPoints hookPoints;
  private final Runnable release;
  private final Embedding embedding;
  private final List<TransformerBlock> blocks;
  private final Optional<Unembedding> unembedding;

  private HookedTransformer(ModelConfig config, Parameters parameters, Runnable release) {
    this.config = config;
    this.release = release;
    hookPoints = HookPoints.of(config);
    embedding = new Embedding(config, parameters);
    blocks =
        IntStream.range(0, config.nLayers())
            .mapToObj(layer -> new TransformerBlock(config, parameters, layer))
            .toList();
    unembedding =
        config.head() == ModelConfig.Head.NONE
            ? Optional.empty()
            : Optional.of(new Unembedding(config, parameters));
  }

  /**
   * Loads a model folder's weights.
   *
   * @param parent gives the device; the weights are freed by {@link #close}
   * @throws InputException if the files are not what config.json implies
   */
  public static HookedTransformer load(ModelFiles files, NDManager parent) {
    return of(ModelWeights.load(files, parent));
  }

  /** A model of loaded weights, which it closes when it is closed. */
  public static HookedTransformer of(ModelWeights weights) {
    Map<String, NDArray> arrays =
        weights.names().stream().collect(Collectors.toMap(name -> name, weights::get));
    return new HookedTransformer(weights.config(), new Parameters(arrays), weights::close);
  }

  /**
   * A model of given weights, such as one in training. They stay the caller's.
   *
   * @param parameters float32, named and laid out as {@link ModelWeights} says
   */
  public static HookedTransformer of(ModelConfig config, Map<String, NDArray> parameters) {
    return new HookedTransformer(config, new Parameters(Map.copyOf(parameters)), () -> {});
  }

  public ModelConfig config() {
    return config;
  }

  public HookPoints hookPoints() {
    return hookPoints;
  }

  /**
   * Runs a batch as far as the last activation asked for.
   *
   * <p>A row has the numbers it has alone, whatever it is batched with, up to float32 rounding:
   * matrix products of other shapes add up in another order. A value differs by at most 5e-6 × (1 +
   * the largest magnitude of that hook in the row): below 1e-5 for values of size 1. Largest seen
   * in stories260K: 3.7e-6 of that scale, 4.6e-5 absolute on attention scores of 134.
   *
   * @param parent of the cache's own manager: closing either frees everything the run kept
   * @return the activations asked for; to be closed
   * @throws InputException if the model does not have a hook point, a token is outside of its
   *     vocabulary, a sequence is longer than its context, or an intervention does not fit
   */
  public ActivationCache run(TokenBatch batch, ForwardPass pass, NDManager parent) {
    return run(batch, pass, parent, Optional.empty());
  }

  ActivationCache run(
      TokenBatch batch, ForwardPass pass, NDManager parent, Optional<KeyValueCache> past) {
    check(batch, past.map(KeyValueCache::length).orElse(0));
    pass.reads().forEach(hookPoints::require);
    pass.interventions().forEach(intervention -> hookPoints.require(intervention.hook()));
    ActivationCache cache = new ActivationCache(parent.newSubManager(), batch, hookPoints);
    if (pass.reads().isEmpty()) {
      return cache;
    }
    try (NDManager scratch = cache.manager().newSubManager()) {
      compute(
          new PassContext(scratch, config, batch, past), Taps.of(batch, hookPoints, pass, cache));
    } catch (Taps.PassComplete complete) {
      past.ifPresent(keysAndValues -> keysAndValues.advance(batch.length()));
      return cache;
    } catch (RuntimeException | Error failure) {
      cache.close();
      throw failure;
    }
    throw new IllegalStateException("The pass ended without " + pass.reads());
  }

  private void compute(PassContext context, Taps taps) {
    NDManager scratch = context.manager();
    NDArray stream = embedding.apply(scratch, context, taps);
    for (TransformerBlock block : blocks) {
      NDArray next = block.apply(scratch, context, taps, stream);
      stream.close();
      stream = next;
    }
    if (unembedding.isPresent()) {
      NDArray input = unembedding.get().input(scratch, taps, stream);
      NDArray unused = unembedding.get().logits(scratch, taps, input);
      unused.close();
    }
  }

  /**
   * What makes logits of the last stream.
   *
   * @throws InputException if the model has no head
   */
  Unembedding unembedding() {
    return unembedding.orElseThrow(
        () ->
            new InputException(
                "logits: the %s model has no head, expected one that predicts tokens"
                    .formatted(config.family())));
  }

  private void check(TokenBatch batch, int before) {
    if (before + batch.length() > config.nCtx()) {
      throw new InputException(
          "sequence of %d tokens: the model's context is %d"
              .formatted(before + batch.length(), config.nCtx()));
    }
    if (batch.hasTokenTypes() && config.tokenTypes() == 0) {
      throw new InputException("token types: a %s model has none".formatted(config.family()));
    }
    for (int row = 0; row < batch.size(); row++) {
      for (int position = 0; position < batch.length(row); position++) {
        int token = batch.token(row, position);
        if (token < 0 || token >= config.dVocab()) {
          throw new InputException(
              "token %d at position %d of row %d: the model's vocabulary is 0 to %d"
                  .formatted(token, position, row, config.dVocab() - 1));
        }
      }
    }
  }

  @Override
  public void close() {
    release.run();
  }
}
