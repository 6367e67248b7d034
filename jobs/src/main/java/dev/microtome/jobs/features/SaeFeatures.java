package dev.microtome.jobs.features;

import com.google.auto.service.AutoService;
import dev.microtome.jobs.ArtifactSpec;
import dev.microtome.jobs.Inputs;
import dev.microtome.jobs.Job;
import dev.microtome.jobs.JobContext;
import dev.microtome.jobs.ModelFolder;
import dev.microtome.jobs.Plan;
import dev.microtome.jobs.TableInput;
import dev.microtome.jobs.TaskMemory;
import dev.microtome.jobs.inputs.CorpusCheck;
import dev.microtome.jobs.inputs.CorpusCheck.Tokenizers;
import dev.microtome.jobs.inputs.SaeInput;
import dev.microtome.jobs.inputs.SaeInputs;
import dev.microtome.jobs.inputs.SaeInputs.Models;
import dev.microtome.jobs.inputs.SequenceIds;
import dev.microtome.jobs.inputs.TokenSlices;
import dev.microtome.model.HookPoint;
import dev.microtome.model.HookPoints;
import dev.microtome.model.HookShape;
import dev.microtome.model.load.ModelFiles;
import dev.microtome.model.load.ModelWeights;
import dev.microtome.run.InputException;
import dev.microtome.sae.evaluation.FeatureSurvey;
import dev.microtome.sae.evaluation.SequenceSample;
import dev.microtome.table.TableSpec;
import dev.microtome.text.TokenSequence;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Says what the features of sparse autoencoders mean: where they fire, with which labels, what they
 * do to the logits and the loss, which features and neurons are like them. Raw neurons get the same
 * tables, as the baseline.
 *
 * <p>Reads a model folder, SAEs, a table {@code tokens} and perhaps labels. Writes {@code
 * features}, {@code feature_examples}, {@code feature_logits}, {@code feature_labels}, {@code
 * label_features}, {@code feature_neighbors}, {@code feature_tree}, {@code feature_activations},
 * {@code feature_metrics}, {@code steering}, and pages, {@code browser/index.html}. Labels that the
 * configuration names are looked for first. Two passes over blocks of sequences, the second of
 * which knows each feature's largest value from the first; then blocks of features.
 *
 * <pre>{@code
 * spark-submit microtome.jar sae-features --config conf/jobs/sae-features.conf \
 *   --set model=models/tinychat --set saes=[runs/saes] --set tokens=runs/tokens \
 *   --output runs/sae-features
 * }</pre>
 */
@SuppressWarnings("rawtypes") // AutoService names the interface by its class
@AutoService(Job.class)
public final class SaeFeatures implements Job<SaeFeaturesConfig, FeaturesPart> {
  /** Folder of the pages. */
  static final String PAGES = "browser";

  @Override
  public String name() {
    return "sae-features";
  }

  @Override
  public String summary() {
    return "Describe features of sparse autoencoders, and neurons, as tables and as pages";
  }

  @Override
  public Class<SaeFeaturesConfig> configType() {
    return SaeFeaturesConfig.class;
  }

  @Override
  public List<TableSpec<?>> tables() {
    return FeatureTables.PUBLIC;
  }

  @Override
  public List<ArtifactSpec> artifacts() {
    return List.of(
        new ArtifactSpec(
            PAGES,
            "index.html, style.css, app.js, data/*.js",
            "Pages of the features: open index.html in a web browser, without a server or a network."));
  }

  @Override
  public Plan<FeaturesPart> plan(SaeFeaturesConfig config, Inputs inputs) {
    ModelFolder folder = inputs.model(config.model());
    TableInput tokens = inputs.table(config.tokens(), "tokens", TokenSequence.class);
    List<TokenSlices> blocks = TokenSlices.cut(tokens.files(), config.sequencesPerPart());
    try {
      ModelFiles model = ModelFiles.open(inputs.local(folder));
      ModelWeights.check(model);
      CorpusCheck corpus = CorpusCheck.of(config.tokens(), tokens, blocks, inputs.tables());
      corpus.requireFits(
          config.model(),
          model,
          config.acceptOtherTokenizer() ? Tokenizers.ANY : Tokenizers.MUST_AGREE);
      SequenceIds.requireUnique(tokens, inputs);
      requireLoss(config, model);
      List<FeatureSource> sources = sources(config, folder, model, inputs);
      StageInputs later = StageInputs.of(config, sources, model, tokens, inputs);
      SurveyTask task =
          new SurveyTask(
              new FeaturePass(folder, sources, config.batchTokens()), config.examplesPerFeature());
      long features = sources.stream().mapToLong(FeatureSource::features).sum();
      return new Plan<>(
          blocks.stream().map(block -> new FeaturesPart(task, block, later)).toList(),
          "sequences",
          tokens.rows(),
          features * (1 + config.examplesPerFeature()),
          -1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void requireLoss(SaeFeaturesConfig config, ModelFiles model) {
    if (!model.config().causal() && config.ablationSequences() > 0) {
      throw new InputException(
          "ablation-sequences = %d: a %s model has no next-token loss; set it to 0"
              .formatted(config.ablationSequences(), model.config().family()));
    }
  }

  private static List<FeatureSource> sources(
      SaeFeaturesConfig config, ModelFolder folder, ModelFiles model, Inputs inputs)
      throws IOException {
    List<FeatureSource> sources = new ArrayList<>();
    Models models = config.acceptOtherModel() ? Models.ANY : Models.MUST_AGREE;
    for (SaeInput sae :
        SaeInputs.find(config.saes(), config.model(), folder, config.hook(), models, inputs)) {
      sources.add(new FeatureSource.OfSae(sae));
    }
    HookPoints points = HookPoints.of(model.config());
    for (HookPoint hook : config.neurons()) {
      points.require(hook);
      HookShape shape = points.shape(hook);
      if (shape.kind() == HookShape.Kind.ATTENTION) {
        throw new InputException(
            "neurons: hook '%s' holds attention, expected activations".formatted(hook));
      }
      sources.add(new FeatureSource.OfNeurons(hook, shape.sizePerPosition(1)));
    }
    return sources;
  }

  @Override
  public TaskMemory memory(SaeFeaturesConfig config, Plan<FeaturesPart> plan, Inputs inputs) {
    HookPoints points = HookPoints.of(inputs.modelFiles().get(0).config());
    long weights = 0;
    long features = 0;
    for (FeatureSource source : plan.parts().get(0).task().pass().sources()) {
      weights += source instanceof FeatureSource.OfSae known ? known.sae().bytes(points) : 0;
      features = Math.max(features, source.features());
    }
    return new TaskMemory(
        weights + features * config.batchTokens() * Float.BYTES,
        "SAEs, one copy for the tasks of an executor, and a batch's features");
  }

  @Override
  public void run(SaeFeaturesConfig config, Plan<FeaturesPart> plan, JobContext context) {
    FeaturePass pass = plan.parts().get(0).task().pass();
    StageInputs later = plan.parts().get(0).inputs();
    try {
      LabelNames.require(config, later.labels(), context);
      context.runParts(plan, (part, executor) -> part.task().run(part.tokens(), executor));
      List<FeatureSurvey> surveys = surveys(config, pass, context);
      context.runStage(
          "examples",
          blocks(plan),
          new ExamplesTask(
              pass,
              surveys.stream().map(FeatureSurvey::range).toList(),
              config.examples(),
              SequenceSample.of(config.sampleSequences(), plan.totalUnits(), config.seed()),
              later.labels()));
      Gathering gathering = gathering(config, context);
      context.runStage(
          "describe",
          features(config, pass),
          new DescribeTask(pass, gathering, later.compared(), config.describing(), config.pages()));
      Finish finish = new Finish(pass, gathering, surveys, config.labelsPerFeature());
      context.runOnDriver("summary", output -> finish.summary(context, output));
      if (config.pages()) {
        context.runOnDriver("pages", output -> finish.pages(context, output));
      }
      if (!config.steer().isEmpty()) {
        context.runStage(
            "steer",
            new Steering(pass, gathering, surveys).plan(config, later.steered(), context.tables()),
            new SteerTask(pass, config.prompts(), later.bos(), config.steerTokens()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<FeatureSurvey> surveys(
      SaeFeaturesConfig config, FeaturePass pass, JobContext context) throws IOException {
    List<FeatureSurvey> surveys = new ArrayList<>();
    for (FeatureSource source : pass.sources()) {
      surveys.add(
          Gathering.survey(
              context.written(FeatureTables.SURVEYS),
              source,
              config.examplesPerFeature(),
              context.tables()));
    }
    return surveys;
  }

  private static Gathering gathering(SaeFeaturesConfig config, JobContext context) {
    return new Gathering(
        context.written(FeatureTables.SURVEYS),
        context.written(FeatureTables.CANDIDATES),
        context.written(FeatureTables.HISTOGRAMS),
        context.written(FeatureTables.LABEL_COUNTS),
        context.written(FeatureTables.ACTIVATIONS),
        config.examples());
  }

  /** The blocks of the first pass again. */
  private static Plan<TokenSlices> blocks(Plan<FeaturesPart> plan) {
    return new Plan<>(
        plan.parts().stream().map(FeaturesPart::tokens).toList(),
        plan.unit(),
        plan.totalUnits(),
        -1,
        -1);
  }

  private static Plan<FeatureBlock> features(SaeFeaturesConfig config, FeaturePass pass) {
    List<FeatureBlock> blocks = new ArrayList<>();
    long all = 0;
    for (int source = 0; source < pass.sources().size(); source++) {
      int features = pass.sources().get(source).features();
      for (int from = 0; from < features; from += config.blockSize()) {
        blocks.add(new FeatureBlock(source, from, Math.min(features, from + config.blockSize())));
      }
      all += features;
    }
    return new Plan<>(blocks, "features", all, -1, -1);
  }
}
