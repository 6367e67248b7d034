package dev.microtome.jobs.features;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import dev.microtome.jobs.ModelFolder;
import dev.microtome.jobs.PartContext;
import dev.microtome.jobs.PartTask;
import dev.microtome.model.HookedTransformer;
import dev.microtome.model.Torch;
import dev.microtome.model.load.ModelFiles;
import dev.microtome.model.load.ModelWeights;
import dev.microtome.sae.evaluation.ActivationSample;
import dev.microtome.sae.evaluation.BrowserLineRow;
import dev.microtome.sae.evaluation.DescribeSettings;
import dev.microtome.sae.evaluation.FeatureBrowser;
import dev.microtome.sae.evaluation.FeatureDescriber;
import dev.microtome.sae.evaluation.FeatureDescription;
import dev.microtome.sae.evaluation.FeatureDictionary;
import dev.microtome.sae.evaluation.FeatureFacts;
import dev.microtome.sae.evaluation.FeatureStatistics;
import dev.microtome.table.RowWriter;
import dev.microtome.table.TableSpec;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The last stage: all rows about some features, and their files of the pages.
 *
 * @param pages whether there are pages
 */
record DescribeTask(
    FeaturePass pass,
    Gathering gathering,
    List<ComparedRun> compared,
    DescribeSettings settings,
    boolean pages)
    implements PartTask<FeatureBlock> {
  DescribeTask {
    compared = List.copyOf(compared);
  }

  /**
   * A model with its weights, and what is known of all dictionaries, once for all parts of an
   * executor.
   */
  private record Shared(
      NDManager manager,
      ModelWeights weights,
      HookedTransformer model,
      List<FeatureStatistics> statistics,
      List<ActivationSample> samples,
      List<ActivationSample> others)
      implements AutoCloseable {
    @Override
    public void close() {
      model.close();
      manager.close();
    }
  }

  @Override
  public long run(FeatureBlock block, PartContext context) throws IOException {
    FeatureSource source = pass.sources().get(block.source());
    Shared shared = shared(context);
    List<FeatureDictionary> dictionaries = new ArrayList<>();
    for (FeatureSource each : pass.sources()) {
      dictionaries.add(each.load(context));
    }
    FeatureFacts facts = gathering.facts(source, block.from(), block.to(), context.tables());
    ModelFiles files = ModelFiles.open(context.models().folder(pass.model()));
    List<FeatureDescription> descriptions;
    try (Vocabulary vocabulary = Vocabulary.of(files);
        NDManager scope = shared.manager().newSubManager()) {
      descriptions =
          new FeatureDescriber(
                  shared.model(),
                  shared.weights(),
                  dictionaries,
                  shared.statistics(),
                  shared.samples(),
                  shared.others(),
                  settings,
                  vocabulary::spelling)
              .describe(block.source(), block.from(), block.to(), facts, scope);
    }
    write(descriptions, context);
    if (pages) {
      writePages(block, descriptions, context);
    }
    return descriptions.size();
  }

  private Shared shared(PartContext context) throws IOException {
    ModelFolder model = pass.model();
    Device device = context.gpu().isPresent() ? Device.gpu(context.gpu().getAsInt()) : Device.cpu();
    return context
        .models()
        .shared(
            "features of %s in %s on %s"
                .formatted(model.digest(), gathering.activations().path(), device),
            () -> {
              Torch.threads(context.cores());
              List<ActivationSample> others = new ArrayList<>();
              for (ComparedRun run : compared) {
                others.addAll(Gathering.samples(run.activations(), run.prefix(), context.tables()));
              }
              List<ActivationSample> samples = gathering.samples(pass.sources(), context.tables());
              List<FeatureStatistics> statistics =
                  gathering.statistics(pass.sources(), context.tables());
              NDManager manager = NDManager.newBaseManager(device, "PyTorch");
              try {
                ModelWeights weights =
                    ModelWeights.load(ModelFiles.open(context.models().folder(model)), manager);
                return new Shared(
                    manager, weights, HookedTransformer.of(weights), statistics, samples, others);
              } catch (IOException | RuntimeException | Error e) {
                manager.close();
                throw e;
              }
            });
  }

  private static void write(List<FeatureDescription> all, PartContext context) throws IOException {
    write(all, description -> List.of(description.row()), FeatureTables.FEATURES, context);
    write(all, FeatureDescription::examples, FeatureTables.EXAMPLES, context);
    write(all, FeatureDescription::logits, FeatureTables.LOGITS, context);
    write(all, FeatureDescription::labels, FeatureTables.LABELS, context);
    write(all, FeatureDescription::neighbors, FeatureTables.NEIGHBORS, context);
    write(all, FeatureDescription::tree, FeatureTables.TREE, context);
    write(all, each -> List.of(BrowserLineRow.of(each)), FeatureTables.LINES, context);
  }

  /** A table to which no row belongs is not written. */
  private static <R extends Record> void write(
      List<FeatureDescription> all,
      Function<FeatureDescription, List<R>> rows,
      TableSpec<R> table,
      PartContext context)
      throws IOException {
    if (all.stream().allMatch(description -> rows.apply(description).isEmpty())) {
      return;
    }
    try (RowWriter<R> writer = context.writer(table, "")) {
      for (FeatureDescription description : all) {
        for (R row : rows.apply(description)) {
          writer.write(row);
        }
      }
    }
  }

  private static void writePages(
      FeatureBlock block, List<FeatureDescription> all, PartContext context) throws IOException {
    for (int from = 0; from < all.size(); from += FeatureBrowser.CHUNK) {
      int chunk = (block.from() + from) / FeatureBrowser.CHUNK;
      List<FeatureDescription> features =
          all.subList(from, Math.min(all.size(), from + FeatureBrowser.CHUNK));
      try (OutputStream out =
          context.artifact(
              SaeFeatures.PAGES + "/" + FeatureBrowser.chunkFile(block.source(), chunk))) {
        FeatureBrowser.writeChunk(block.source(), features, out);
      }
    }
  }
}
