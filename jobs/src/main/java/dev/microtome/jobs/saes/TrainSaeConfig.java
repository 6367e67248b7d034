package dev.microtome.jobs.saes;

import dev.microtome.config.ConfigException;
import dev.microtome.config.InputPath;
import dev.microtome.config.Option;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Configuration of {@link TrainSae}. */
record TrainSaeConfig(
    @Option(
            doc =
                "where activations come from: activations (a table), or model (computed when they are needed, none stored)",
            orElse = "activations")
        Source source,
    @Option(
            doc =
                "activations to train on: a collect-activations output, run or table, or Parquet with the columns hook, sequence_id and activation; of source = activations",
            orElse = "null")
        Optional<InputPath> activations,
    @Option(
            doc =
                "model folder, or a train-model output, OUTPUT or OUTPUT/NAME, whose last step counts; of source = model",
            orElse = "null")
        Optional<InputPath> model,
    @Option(
            doc =
                "tokens to run the model over: a tokenize output, run or table, of source = model",
            orElse = "null")
        Optional<InputPath> tokens,
    @Option(
            doc =
                "true: take tokens that another tokenizer.json than the model's made, as long as every id is in its vocabulary; false: refuse them",
            orElse = "false")
        boolean acceptOtherTokenizer,
    @Option(doc = "most tokens of a pass over the model, padding included", orElse = "1024")
        int batchTokens,
    @Option(
            doc =
                "hook points, each with SAEs of its own, named as in TransformerLens; []: the one of the activations",
            orElse = "[]")
        List<String> hooks,
    @Option(doc = "what SAEs are and how they are trained, unless they say otherwise")
        SaeSettings sae,
    @Option(
            doc =
                "SAEs to train: lists of name and of what differs from the group sae; [] and an empty grid: one, named sae",
            orElse = "[]")
        List<SaeVariant> saes,
    @Option(doc = "every combination of some values of the group sae, besides the list")
        SaeGrid grid,
    @Option(
            doc = "tokens to train on, whole batches of them; null: all, as often as epochs says",
            orElse = "null")
        Optional<Long> tokensBudget,
    @Option(doc = "how often each token may be trained on", orElse = "1") int epochs,
    @Option(
            doc =
                "tokens that are mixed before they become batches, at least two batches; the buffer is 4 bytes times the width of each",
            orElse = "65536")
        int buffer,
    @Option(doc = "seed of the order of tokens", orElse = "0") long seed,
    @Option(
            doc =
                "tokens kept from training and evaluated on in the end, spread over the activations, of which they are at most half (a warning says where that is less); 0 for none",
            orElse = "16384")
        long evaluationTokens,
    @Option(
            doc =
                "steps after which a killed training goes on at the latest; 0: from its beginning. With several workers it goes on from the last round",
            orElse = "500")
        long checkpointEvery,
    @Option(doc = "steps between two rows of the table training", orElse = "10") int logEvery,
    @Option(
            doc =
                "name of the model, for cfg.json; null: that of the model's folder, if it is known",
            orElse = "null")
        Optional<String> modelName,
    @Option(
            doc =
                "SAEs at most that are trained together from one read, a task each time; 0: all that have one hook and batch size",
            orElse = "0")
        int saesPerPart,
    @Option(
            doc =
                "executors that train one SAE at the same time, each on tokens of its own, with the weights averaged after each round; 1: no rounds. The tokens are shared out: schedules and steps are those of one worker",
            orElse = "1")
        int workers,
    @Option(doc = "what the workers do between two averages") RoundSettings rounds)
    implements Serializable {

  /** Where activations come from. */
  enum Source {
    ACTIVATIONS,
    MODEL
  }

  TrainSaeConfig {
    hooks = List.copyOf(hooks);
    saes = List.copyOf(saes);
    if (source == Source.ACTIVATIONS) {
      require("activations", activations, "source = activations");
      refuse("model", model, "source = activations");
      refuse("tokens", tokens, "source = activations");
    } else {
      require("model", model, "source = model");
      require("tokens", tokens, "source = model");
      refuse("activations", activations, "source = model");
      if (hooks.isEmpty()) {
        throw new ConfigException("hooks", "[]", "needs at least one with source = model");
      }
    }
    atLeast("batch-tokens", batchTokens, 1);
    atLeast("epochs", epochs, 1);
    atLeast("evaluation-tokens", evaluationTokens, 0);
    atLeast("checkpoint-every", checkpointEvery, 0);
    atLeast("log-every", logEvery, 1);
    atLeast("saes-per-part", saesPerPart, 0);
    atLeast("workers", workers, 1);
    tokensBudget.ifPresent(budget -> atLeast("tokens-budget", budget, 1));
    Set<String> names = new HashSet<>();
    for (SaeVariant variant : variants(saes, grid, sae)) {
      if (!names.add(variant.name())) {
        throw new ConfigException(
            "saes", variant.name(), "two SAEs have this name, each must have its own");
      }
      int batch = variant.settings(sae).batchSize();
      if (buffer < 2L * batch) {
        throw new ConfigException(
            "buffer", buffer, "must be at least two batches, " + 2L * batch + " tokens");
      }
      tokensBudget.ifPresent(
          budget -> atLeast("tokens-budget", budget, Math.multiplyExact((long) batch, workers)));
    }
  }

  private static void require(String key, Optional<InputPath> path, String why) {
    if (path.isEmpty()) {
      throw new ConfigException(key, "null", "is needed with " + why);
    }
  }

  private static void refuse(String key, Optional<InputPath> path, String why) {
    if (path.isPresent()) {
      throw new ConfigException(key, path.get(), "is not used with " + why);
    }
  }

  private static void atLeast(String key, long value, long least) {
    if (value < least) {
      throw new ConfigException(key, value, "must be at least " + least);
    }
  }

  /** The SAEs of list and grid. */
  List<SaeVariant> variants() {
    return variants(saes, grid, sae);
  }

  private static List<SaeVariant> variants(List<SaeVariant> saes, SaeGrid grid, SaeSettings base) {
    List<SaeVariant> all = new ArrayList<>(saes);
    all.addAll(grid.variants(base));
    return all.isEmpty() ? List.of(SaeVariant.named("sae")) : all;
  }
}
