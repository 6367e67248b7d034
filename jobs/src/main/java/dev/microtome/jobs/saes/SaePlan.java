package dev.microtome.jobs.saes;

import dev.microtome.config.ConfigException;
import dev.microtome.jobs.Plan;
import dev.microtome.sae.stream.HeldOut;
import dev.microtome.sae.stream.RowColumns;
import dev.microtome.sae.stream.StreamSettings;
import dev.microtome.sae.training.SaeRecipe;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;

/** Cuts the trainings of a configuration into parts that read one stream each. */
final class SaePlan {
  private final TrainSaeConfig config;
  private final Sources sources;

  SaePlan(TrainSaeConfig config, Sources sources) {
    this.config = config;
    this.sources = sources;
  }

  /** What SAEs share that see the same batches. */
  private record Shared(List<String> hooks, int batchSize) {}

  private record Named(String name, SaeSettings settings, String hook) {
    /** What is encoded, and what is rebuilt if it is another. */
    List<String> hooks() {
      List<String> both = new ArrayList<>(List.of(hook));
      settings.target().ifPresent(both::add);
      return both;
    }
  }

  Plan<SaePart> plan() throws IOException {
    Map<Shared, List<Named>> groups = new LinkedHashMap<>();
    Set<String> names = new HashSet<>();
    for (SaeVariant variant : config.variants()) {
      SaeSettings settings = variant.settings(config.sae());
      for (String hook : chosen(variant)) {
        requireTarget(variant, settings, hook);
        boolean one = variant.hook().isPresent() || sources.hooks().size() == 1;
        String name = one ? variant.name() : variant.name() + "-" + hook;
        if (!names.add(name)) {
          throw new ConfigException(
              "saes",
              name,
              "two SAEs have this name, which has the hook behind it where there are several");
        }
        Named named = new Named(name, settings, hook);
        groups
            .computeIfAbsent(
                new Shared(sources.together(named.hooks()), settings.batchSize()),
                unused -> new ArrayList<>())
            .add(named);
      }
    }
    List<SaePart> parts = new ArrayList<>();
    for (Map.Entry<Shared, List<Named>> group : groups.entrySet()) {
      List<Named> saes = group.getValue();
      int together = config.saesPerPart() == 0 ? saes.size() : config.saesPerPart();
      for (int from = 0; from < saes.size(); from += together) {
        parts.add(
            part(
                saes.subList(from, Math.min(saes.size(), from + together)),
                group.getKey().batchSize()));
      }
    }
    long rows =
        parts.stream()
            .mapToLong(part -> part.recipes().size() * (part.steps() / part.logEvery() + 1))
            .sum();
    long tokens = parts.stream().mapToLong(part -> part.tokens(part.steps())).sum();
    return new Plan<>(parts, "tokens", tokens, rows, -1);
  }

  private List<String> chosen(SaeVariant variant) {
    if (variant.hook().isEmpty()) {
      return sources.hooks();
    }
    String hook = variant.hook().get();
    if (!sources.hooks().contains(hook)) {
      throw new ConfigException(
          "saes",
          variant.name(),
          "its hook '%s' is not among hooks, %s".formatted(hook, sources.hooks()));
    }
    return List.of(hook);
  }

  private void requireTarget(SaeVariant variant, SaeSettings settings, String hook)
      throws IOException {
    if (settings.target().isPresent()) {
      sources.requireTarget(settings.target().get());
      if (settings.target().get().equals(hook)) {
        throw new ConfigException(
            "target",
            hook,
            "is what SAE '%s' encodes; null for an autoencoder".formatted(variant.name()));
      }
    }
  }

  private SaePart part(List<Named> saes, int batchSize) throws IOException {
    Set<String> distinct = new LinkedHashSet<>();
    saes.forEach(sae -> distinct.addAll(sae.hooks()));
    List<String> hooks = List.copyOf(distinct);
    StreamSettings stream = stream(saes.get(0).hook(), batchSize);
    List<SaeRecipe> recipes = new ArrayList<>();
    List<SaeInput> inputs = new ArrayList<>();
    for (Named sae : saes) {
      Optional<String> target = sae.settings().target();
      int targetWidth = target.isPresent() ? sources.width(target.get()) : 0;
      RowColumns columns =
          new RowColumns(
              start(hooks, sae.hook()),
              sources.width(sae.hook()),
              target.isPresent() ? start(hooks, target.get()) : 0,
              targetWidth);
      SaeInput input = new SaeInput(sae.hook(), target.orElse(""), columns);
      inputs.add(input);
      recipes.add(
          SaeRecipes.of(
              sae.name(),
              sae.settings(),
              input,
              stream.batches() / config.workers(),
              config.workers(),
              config.rounds()));
    }
    StreamSource source = sources.stream(hooks);
    return new SaePart(
        source,
        recipes,
        inputs,
        stream,
        config.workers(),
        config.rounds(),
        config.evaluationTokens(),
        config.checkpointEvery(),
        config.logEvery(),
        config.modelName().orElseGet(source::modelName),
        sources.sequences());
  }

  /** The first column of a hook. */
  private int start(List<String> hooks, String hook) throws IOException {
    int start = 0;
    for (String before : hooks.subList(0, hooks.indexOf(hook))) {
      start += sources.width(before);
    }
    return start;
  }

  private StreamSettings stream(String hook, int batch) throws IOException {
    long[] rows = sources.blockRows(hook);
    long held = LongStream.of(HeldOut.ends(rows, config.evaluationTokens())).sum();
    long once = LongStream.of(rows).sum() - held;
    if (once < 2L * batch) {
      throw new ConfigException(
          "batch-size",
          batch,
          "hook '%s' has %,d tokens to train on (%,d are held out), at least two batches are needed"
              .formatted(hook, once, held));
    }
    long most = Math.multiplyExact(once, config.epochs());
    long budget = config.tokensBudget().orElse(most);
    if (budget > most) {
      throw new ConfigException(
          "tokens-budget",
          budget,
          "hook '%s' has %,d tokens to train on (%,d are held out) and epochs = %d; at most %,d, or epochs = %d"
              .formatted(hook, once, held, config.epochs(), most, (budget + once - 1) / once));
    }
    long steps = StreamSettings.wholeBatches(budget, batch) / config.workers();
    if (steps == 0) {
      throw new ConfigException(
          "workers",
          config.workers(),
          "hook '%s' has %,d tokens to train on, not a batch of %,d for each"
              .formatted(hook, budget, batch));
    }
    return new StreamSettings(
        batch, config.buffer(), config.epochs(), steps * config.workers(), config.seed());
  }
}
