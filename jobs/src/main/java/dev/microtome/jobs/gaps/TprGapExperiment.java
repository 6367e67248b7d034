package dev.microtome.jobs.gaps;

import com.google.auto.service.AutoService;
import dev.microtome.activations.Pooling;
import dev.microtome.activations.SequenceVectors;
import dev.microtome.config.ConfigException;
import dev.microtome.jobs.Inputs;
import dev.microtome.jobs.Job;
import dev.microtome.jobs.JobContext;
import dev.microtome.jobs.ModelFolder;
import dev.microtome.jobs.Plan;
import dev.microtome.jobs.TaskMemory;
import dev.microtome.jobs.inputs.CorpusCheck;
import dev.microtome.jobs.labels.EraserWarnings;
import dev.microtome.jobs.labels.LabelledActivations;
import dev.microtome.model.HookPoint;
import dev.microtome.model.HookPoints;
import dev.microtome.model.HookSite;
import dev.microtome.model.ModelConfig;
import dev.microtome.model.load.ModelFiles;
import dev.microtome.model.load.ModelWeights;
import dev.microtome.probing.TprGapRow;
import dev.microtome.probing.TprGapSummaryRow;
import dev.microtome.run.InputException;
import dev.microtome.table.TableSpec;
import dev.microtome.text.DocumentEncoder;
import dev.microtome.text.SpecialTokens;
import dev.microtome.text.Tokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Measures how much better a classifier of documents knows those of one group than those of
 * another, before and after the group is erased from a model's representation of them by LEACE:
 * professions of biographies, and gender (De-Arteaga et al. 2019; Ravfogel et al. 2020; Belrose et
 * al. 2023).
 *
 * <p>Reads a model and a table of documents with their texts, labels and groups. Writes {@code
 * tpr_gaps} and {@code tpr_gap_summary}.
 *
 * <p>Parts count labels and groups, and number the documents by that; then they draw those that may
 * be in the sample, so that the driver sees a few times as many as are fitted to and scored on,
 * whatever the corpus. The model runs over the sample, a part at a time, and leaves one vector a
 * document and hook point. A task then fits classifiers to those of a hook point, in memory: to the
 * vectors as they are, and anew to the erased ones. The eraser is fitted to the same documents as
 * the classifiers. Intervals and what chance gives are those of {@link
 * dev.microtome.probing.TprGapNoise}, over the documents held out.
 *
 * <pre>{@code
 * spark-submit microtome.jar tpr-gap --config conf/jobs/tpr-gap.conf \
 *   --set model=models/bert-base-uncased --set documents=bios.parquet --set pooling=first --output runs/gaps
 * }</pre>
 */
@SuppressWarnings("rawtypes") // AutoService names the interface by its class
@AutoService(Job.class)
public final class TprGapExperiment implements Job<TprGapConfig, LabelsPart> {
  @Override
  public String name() {
    return "tpr-gap";
  }

  @Override
  public String summary() {
    return "Measure how unevenly a classifier knows two groups, before and after erasing the group";
  }

  @Override
  public Class<TprGapConfig> configType() {
    return TprGapConfig.class;
  }

  @Override
  public List<TableSpec<?>> tables() {
    return List.of(TprGapRow.TABLE, TprGapSummaryRow.TABLE);
  }

  @Override
  public Plan<LabelsPart> plan(TprGapConfig config, Inputs inputs) {
    ModelFolder folder = inputs.model(config.model());
    try {
      ModelFiles model = ModelFiles.open(inputs.local(folder));
      ModelWeights.check(model);
      List<HookPoint> hooks = hooks(config, model.config());
      DocumentEncoder.Settings encoding = encoding(config, model);
      DocumentSource source =
          DocumentLines.isMeantBy(config)
              ? DocumentLines.open(config, inputs)
              : DocumentColumns.open(config, inputs);
      VectorsTask task =
          new VectorsTask(folder, hooks, config.pooling(), source, encoding, config.batchTokens());
      List<LabelsPart> parts =
          source.parts(config.documentsPerPart()).stream()
              .map(documents -> new LabelsPart(documents, task))
              .toList();
      if (parts.isEmpty()) {
        throw new InputException("documents: %s has none".formatted(config.documents()));
      }
      long places =
          parts.stream()
              .flatMap(part -> part.documents().ranges().stream())
              .mapToLong(range -> range.to() - range.from())
              .sum();
      return new Plan<>(parts, source.unit(), places, -1, -1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<HookPoint> hooks(TprGapConfig config, ModelConfig model) {
    HookPoints points = HookPoints.of(model);
    if (config.pooling() == Pooling.FIRST && model.causal()) {
      throw new ConfigException(
          "pooling",
          "first",
          "the first token of a causal model, here %s, sees no other: must be last or mean"
              .formatted(model.family()));
    }
    if (config.hooks().isEmpty()) {
      if (model.nLayers() == 0) {
        throw new ConfigException("hooks", "[]", "must name one, for the model has no layers");
      }
      HookPoint normed = HookPoint.of(model.nLayers() - 1, HookSite.NORMALIZED_RESID_POST);
      return List.of(
          points.has(normed) ? normed : HookPoint.of(normed.layer(), HookSite.RESID_POST));
    }
    try {
      List<HookPoint> hooks = points.resolve(config.hooks());
      hooks.forEach(hook -> SequenceVectors.requireVectors(hook, points.shape(hook)));
      return hooks;
    } catch (InputException e) {
      throw new ConfigException("hooks", e);
    }
  }

  private static DocumentEncoder.Settings encoding(TprGapConfig config, ModelFiles model)
      throws IOException {
    int most = Math.min(config.maxTokens(), model.config().nCtx());
    try (Tokenizer tokenizer =
        Tokenizer.open(
            model
                .tokenizer()
                .orElseThrow(
                    () ->
                        new InputException(
                            "model %s: has no tokenizer.json, which turns documents into tokens"
                                .formatted(config.model()))))) {
      CorpusCheck.requireEmbedded(
          config.model(), model.config().dVocab(), tokenizer.vocabularySize());
      return DocumentEncoder.Settings.of(
          tokenizer,
          config.addSpecialTokens() ? SpecialTokens.INCLUDE : SpecialTokens.EXCLUDE,
          config.prependBos() ? DocumentEncoder.Beginning.BOS : DocumentEncoder.Beginning.NOTHING,
          most);
    }
  }

  @Override
  public List<String> outline(TprGapConfig config, Plan<LabelsPart> plan, Inputs inputs) {
    return List.of(
        "  labels: column %s; groups: %s of column %s; documents: %,d to fit to and %,d to score on at most"
            .formatted(
                config.labelColumn(),
                config.groups().isEmpty() ? "the two" : String.join(" minus ", config.groups()),
                config.conceptColumn(),
                config.trainDocuments(),
                config.testDocuments()));
  }

  @Override
  public TaskMemory memory(TprGapConfig config, Plan<LabelsPart> plan, Inputs inputs) {
    HookPoints points = HookPoints.of(inputs.modelFiles().get(0).config());
    VectorsTask vectors = plan.parts().get(0).vectors();
    long width =
        vectors.hooks().stream()
            .mapToLong(hook -> points.shape(hook).sizePerPosition(1))
            .max()
            .orElse(0);
    // A document is at least one of what places count.
    long documents =
        Math.min(plan.totalUnits(), (long) config.trainDocuments() + config.testDocuments());
    // With their labels, with their groups, and erased.
    return new TaskMemory(
        3 * documents * width * Float.BYTES,
        "vectors of %,d documents at a hook point at most, %,d numbers wide"
            .formatted(documents, width));
  }

  @Override
  public void run(TprGapConfig config, Plan<LabelsPart> plan, JobContext context) {
    VectorsTask vectors = plan.parts().get(0).vectors();
    List<DocumentRange.Part> documents = plan.parts().stream().map(LabelsPart::documents).toList();
    try {
      context.runParts(
          new Plan<>(documents, plan.unit(), plan.totalUnits(), -1, -1),
          new CountTask(vectors.source(), config.columns()));
      DocumentCensus census = DocumentCensus.of(config.columns(), context);
      DocumentDraw draw = config.draw(census.compared());
      long all = census.compared() + census.leftOut();
      context.runStage(
          "draw",
          new Plan<>(census.numbered(documents), "labels", all, -1, -1),
          new DrawTask(vectors.source(), config.columns(), draw));
      DocumentChoice choice = DocumentChoice.of(census, draw, context);
      context.runStage(
          "vectors",
          new Plan<>(
              choice.parts(vectors.source().paths(), config.documentsPerPart()),
              "documents",
              choice.documents(),
              -1,
              -1),
          vectors);
      Map<String, List<String>> files =
          LabelledActivations.filesByHook(
              GapTables.VECTORS, List.of(), config.documents(), context);
      if (files.isEmpty()) {
        throw new InputException(
            "documents: column %s of %s has no text"
                .formatted(config.textColumn(), config.documents()));
      }
      List<HookVectors> hooks = new ArrayList<>();
      files.forEach((hook, paths) -> hooks.add(new HookVectors(hook, paths)));
      context.runStage(
          "gaps",
          new Plan<>(hooks, "hook points", hooks.size(), -1, -1),
          new GapsTask(
              List.copyOf(census.labels().keySet()),
              census.groups(),
              config.probes(),
              config.resamples(),
              choice.documents(),
              census.leftOut()));
      warnOfFewRows(config.conceptColumn(), files, context);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void warnOfFewRows(
      String concept, Map<String, List<String>> files, JobContext context) throws IOException {
    Map<String, Long> rows = new TreeMap<>();
    context.forEachRow(
        TprGapSummaryRow.TABLE,
        (TprGapSummaryRow row) -> rows.put(row.hook(), row.trainDocuments()));
    for (Map.Entry<String, Long> hook : rows.entrySet()) {
      EraserWarnings.ofFewRows(
          hook.getKey(),
          concept,
          hook.getValue(),
          files.get(hook.getKey()).get(0),
          "train-documents above the dimensions make one for others",
          context);
    }
  }
}
