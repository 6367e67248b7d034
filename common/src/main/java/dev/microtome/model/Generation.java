package dev.microtome.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import dev.microtome.run.InputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Continues prompts token by token, keeping keys and values so that a step costs one token. Prompts
 * of equal length run together; a prompt's continuation does not depend on the others.
 *
 * @param newTokens the most tokens to add
 * @param stopTokens a continuation ends with the first of these
 * @param sampling how tokens are drawn; empty for the likeliest one
 */
public record Generation(int newTokens, Set<Integer> stopTokens, Optional<Sampling> sampling) {
  public Generation {
    stopTokens = Set.copyOf(stopTokens);
    if (newTokens < 1) {
      throw new IllegalArgumentException("newTokens must be positive: " + newTokens);
    }
  }

  /** Always the likeliest token. */
  public static Generation greedy(int newTokens) {
    return new Generation(newTokens, Set.of(), Optional.empty());
  }

  public static Generation sampled(int newTokens, Sampling sampling) {
    return new Generation(newTokens, Set.of(), Optional.of(sampling));
  }

  public Generation stoppingAt(Integer... tokens) {
    return new Generation(newTokens, Set.of(tokens), sampling);
  }

  /**
   * The continuations alone, in the order of the prompts. Sampling knows a prompt by its index in
   * the list: a caller who cuts a corpus into lists gives each list a seed of its own, or equal
   * draws repeat from list to list.
   *
   * @throws InputException if the model is not causal or a prompt and its continuation do not fit
   *     into its context
   */
  public List<int[]> run(HookedTransformer model, List<int[]> prompts, NDManager parent) {
    if (!model.config().causal()) {
      throw new InputException(
          "generation: a %s model is not causal".formatted(model.config().family()));
    }
    int[][] continuations = new int[prompts.size()][];
    Map<Integer, List<Integer>> byLength =
        IntStream.range(0, prompts.size())
            .boxed()
            .collect(
                Collectors.groupingBy(
                    i -> prompts.get(i).length, TreeMap::new, Collectors.toList()));
    for (List<Integer> group : byLength.values()) {
      TokenBatch batch = TokenBatch.of(group.stream().map(prompts::get).toList());
      // The last token drawn is never fed back.
      int needed = batch.length() + newTokens - 1;
      if (needed > model.config().nCtx()) {
        throw new InputException(
            "generation: %d prompt tokens and %d new ones: the model's context is %d"
                .formatted(batch.length(), newTokens, model.config().nCtx()));
      }
      List<int[]> drawn = continueTogether(model, batch, group, parent);
      for (int i = 0; i < group.size(); i++) {
        continuations[group.get(i)] = drawn.get(i);
      }
    }
    return List.of(continuations);
  }

  private List<int[]> continueTogether(
      HookedTransformer model, TokenBatch prompts, List<Integer> promptIndices, NDManager parent) {
    int rows = prompts.size();
    int[][] drawn = new int[rows][newTokens];
    int[] lengths = new int[rows];
    Arrays.fill(lengths, newTokens);
    try (KeyValueCache past = new KeyValueCache(parent, model.config().nLayers())) {
      TokenBatch next = prompts;
      for (int step = 0; step < newTokens; step++) {
        float[][] logits = lastLogits(model, next, past, parent);
        List<int[]> column = new ArrayList<>();
        boolean unfinished = false;
        for (int row = 0; row < rows; row++) {
          int token = choose(logits[row], promptIndices.get(row), step);
          drawn[row][step] = token;
          if (stopTokens.contains(token)) {
            lengths[row] = Math.min(lengths[row], step + 1);
          }
          unfinished |= step + 1 < lengths[row];
          column.add(new int[] {token});
        }
        if (!unfinished) {
          break;
        }
        next = TokenBatch.of(column);
      }
    }
    return IntStream.range(0, rows)
        .mapToObj(row -> Arrays.copyOf(drawn[row], lengths[row]))
        .toList();
  }

  private int choose(float[] logits, int prompt, int step) {
    if (sampling.isPresent()) {
      return sampling.get().draw(logits, prompt, step);
    }
    int best = 0;
    for (int token = 1; token < logits.length; token++) {
      if (logits[token] > logits[best]) {
        best = token;
      }
    }
    return best;
  }

  /** Logits after each row's last token. */
  private static float[][] lastLogits(
      HookedTransformer model, TokenBatch batch, KeyValueCache past, NDManager parent) {
    HookPoint input = HookPoint.of(HookSite.UNEMBED_IN);
    try (ActivationCache cache =
            model.run(batch, ForwardPass.reading(input), parent, Optional.of(past));
        NDManager scratch = cache.manager().newSubManager()) {
      NDArray last = cache.get(input).get(scratch, new NDIndex(":,-1"));
      float[] flat = model.unembedding().logits(scratch, last).toFloatArray();
      int width = flat.length / batch.size();
      return IntStream.range(0, batch.size())
          .mapToObj(row -> Arrays.copyOfRange(flat, row * width, (row + 1) * width))
          .toArray(float[][]::new);
    }
  }
}
