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
 * <p>Interventions act where a position is computed, on the prompt's as on each generated one, and
 * stay in the keys and values kept of it: the same as running the whole sequence anew under them
 * for each token. In their slices
 *
 * <ul>
 *   <li>rows are prompts, by their index in the list;
 *   <li>positions count from the first token of the prompt, and negative ones from the prompt's
 *       end, −1 being its last token at every step. None named means all, generated ones too; one
 *       that is not reached changes nothing;
 *   <li>key positions of attention scores and patterns count the same way and are those that exist
 *       when the query is computed: the whole prompt for its own positions, later all up to the
 *       query.
 * </ul>
 *
 * <p>Values may differ by position only where positions are named.
 *
 * @param newTokens the most tokens to add
 * @param stopTokens a continuation ends with the first of these
 * @param sampling how tokens are drawn; empty for the likeliest one
 * @param interventions in the order in which they act
 */
public record Generation(
    int newTokens,
    Set<Integer> stopTokens,
    Optional<Sampling> sampling,
    List<Intervention> interventions) {
  public Generation {
    stopTokens = Set.copyOf(stopTokens);
    interventions = List.copyOf(interventions);
    if (newTokens < 1) {
      throw new IllegalArgumentException("newTokens must be positive: " + newTokens);
    }
    for (Intervention intervention : interventions) {
      if (intervention instanceof Intervention.Patch patch) {
        throw new InputException(
            "intervention at '%s': generation takes no patch (from '%s'), set its values instead"
                .formatted(patch.hook(), patch.source()));
      }
    }
  }

  /** Always the likeliest token. */
  public static Generation greedy(int newTokens) {
    return new Generation(newTokens, Set.of(), Optional.empty(), List.of());
  }

  public static Generation sampled(int newTokens, Sampling sampling) {
    return new Generation(newTokens, Set.of(), Optional.of(sampling), List.of());
  }

  public Generation stoppingAt(Integer... tokens) {
    return new Generation(newTokens, Set.of(tokens), sampling, interventions);
  }

  /**
   * The same under these interventions: set, add, scale, zero or mean.
   *
   * @throws InputException if there is a patch among them: its source ends before the continuation
   */
  public Generation intervening(Intervention... changes) {
    return new Generation(newTokens, stopTokens, sampling, List.of(changes));
  }

  /**
   * The continuations alone, in the order of the prompts. Sampling knows a prompt by its index in
   * the list: a caller who cuts a corpus into lists gives each list a seed of its own, or equal
   * draws repeat from list to list.
   *
   * @throws InputException if the model is not causal or a prompt and its continuation do not fit
   *     into its context, or an intervention does not fit
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
      List<int[]> drawn = continueTogether(model, batch, group, prompts.size(), parent);
      for (int i = 0; i < group.size(); i++) {
        continuations[group.get(i)] = drawn.get(i);
      }
    }
    return List.of(continuations);
  }

  private List<int[]> continueTogether(
      HookedTransformer model,
      TokenBatch prompts,
      List<Integer> promptIndices,
      int allPrompts,
      NDManager parent) {
    int rows = prompts.size();
    int[][] drawn = new int[rows][newTokens];
    int[] lengths = new int[rows];
    Arrays.fill(lengths, newTokens);
    try (KeyValueCache past = new KeyValueCache(parent, model.config().nLayers())) {
      TokenBatch next = prompts;
      for (int step = 0; step < newTokens; step++) {
        InterventionWindow window =
            new InterventionWindow(
                allPrompts,
                promptIndices,
                prompts.length(),
                past.length(),
                past.length() + next.length());
        float[][] logits = lastLogits(model, next, window.cut(interventions), past, parent);
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
      HookedTransformer model,
      TokenBatch batch,
      List<Intervention> changes,
      KeyValueCache past,
      NDManager parent) {
    ForwardPass pass = ForwardPass.builder().intervene(changes).build();
    // A change of the logits themselves needs them as they are; else what W_U multiplies is enough.
    boolean changedLogits = pass.changesLogits();
    HookPoint point = HookPoint.of(changedLogits ? HookSite.LOGITS : HookSite.UNEMBED_IN);
    try (ActivationCache cache =
            model.run(batch, pass.readingOnly(point), parent, Optional.of(past));
        NDManager scratch = cache.manager().newSubManager()) {
      NDArray last = cache.get(point).get(scratch, new NDIndex(":,-1"));
      NDArray logits = changedLogits ? last : model.unembedding().logits(scratch, last);
      float[] flat = logits.toFloatArray();
      int width = flat.length / batch.size();
      return IntStream.range(0, batch.size())
          .mapToObj(row -> Arrays.copyOfRange(flat, row * width, (row + 1) * width))
          .toArray(float[][]::new);
    }
  }
}
