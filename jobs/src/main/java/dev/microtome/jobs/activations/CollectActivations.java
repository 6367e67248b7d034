package dev.microtome.jobs.activations;

import com.google.auto.service.AutoService;
import dev.microtome.activations.CollectionSettings;
import dev.microtome.config.ConfigException;
import dev.microtome.jobs.Inputs;
import dev.microtome.jobs.Job;
import dev.microtome.jobs.JobContext;
import dev.microtome.jobs.ModelFolder;
import dev.microtome.jobs.PartIdentities;
import dev.microtome.jobs.Plan;
import dev.microtome.jobs.TableInput;
import dev.microtome.jobs.TaskMemory;
import dev.microtome.jobs.inputs.CorpusCheck;
import dev.microtome.jobs.inputs.CorpusCheck.Tokenizers;
import dev.microtome.jobs.inputs.SequenceFacts;
import dev.microtome.jobs.inputs.SequenceIds;
import dev.microtome.jobs.inputs.TokenSlices;
import dev.microtome.model.HookPoint;
import dev.microtome.model.HookPoints;
import dev.microtome.model.ModelConfig;
import dev.microtome.model.load.ModelFiles;
import dev.microtome.model.load.ModelWeights;
import dev.microtome.run.InputException;
import dev.microtome.table.TableSpec;
import dev.microtome.text.TokenSequence;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Set;

/**
 * Runs a model over a tokenised corpus and stores what passes the chosen hook points.
 *
 * <p>Reads a table {@code tokens} and a model folder. Writes {@code activations}, one row for each
 * (hook, sequence, position); all hooks are read in one pass over the model. Of BERT every token
 * has type 0 ({@code token_type_ids}): a table of tokens has one segment a sequence.
 *
 * <pre>{@code
 * spark-submit microtome.jar collect-activations --config conf/jobs/collect-activations.conf \
 *   --set model=models/pythia-70m --set tokens=runs/tokens --output runs/activations
 * }</pre>
 */
@SuppressWarnings("rawtypes") // AutoService names the interface by its class
@AutoService(Job.class)
public final class CollectActivations implements Job<CollectActivationsConfig, CollectPart> {
  @Override
  public String name() {
    return "collect-activations";
  }

  @Override
  public String summary() {
    return "Run a model over tokens and store the activations at chosen hook points";
  }

  @Override
  public Class<CollectActivationsConfig> configType() {
    return CollectActivationsConfig.class;
  }

  @Override
  public List<TableSpec<?>> tables() {
    return List.of(ActivationTables.BINARY, ActivationTables.ARRAY);
  }

  @Override
  public Plan<CollectPart> plan(CollectActivationsConfig config, Inputs inputs) {
    ModelFolder folder = inputs.model(config.model());
    try {
      ModelFiles model = ModelFiles.open(inputs.local(folder));
      ModelWeights.check(model);
      HookPoints points = HookPoints.of(model.config());
      List<HookPoint> hooks = hooks(points, config.hooks());
      TableInput tokens = inputs.table(config.tokens(), "tokens", TokenSequence.class);
      List<TokenSlices> slices = TokenSlices.cut(tokens.files(), config.sequencesPerPart());
      CorpusCheck corpus = CorpusCheck.of(config.tokens(), tokens, slices, inputs.tables());
      corpus.requireFits(
          config.model(),
          model,
          config.acceptOtherTokenizer() ? Tokenizers.ANY : Tokenizers.MUST_AGREE);
      SequenceIds.requireUnique(tokens, inputs);

      CollectTask task =
          new CollectTask(
              folder,
              new CollectionSettings(
                  hooks, config.batchTokens(), config.positions(), config.seed(), config.onNan()),
              config.erasures().open(points, folder, inputs),
              config.encoding(),
              config.dtype(),
              ActivationTables.metadata(
                  folder.identity(),
                  config.dtype().dtype(),
                  points,
                  hooks,
                  SequenceFacts.ofTokens(tokens)));
      OutputEstimate estimate =
          OutputEstimate.of(points, task.settings(), config.dtype(), corpus.sampleLengths());
      return new Plan<>(
              slices.stream().map(rows -> new CollectPart(task, rows)).toList(),
              "sequences",
              tokens.rows(),
              estimate.rows(tokens.rows()),
              estimate.bytes(tokens.rows()))
          .withIdentities(
              new PartIdentities(
                  slices.stream().map(rows -> rows.identity(tokens)).toList(),
                  Set.of(config.tokens())));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<HookPoint> hooks(HookPoints points, List<String> wanted) {
    try {
      return points.resolve(wanted);
    } catch (InputException e) {
      throw new ConfigException("hooks", e);
    }
  }

  @Override
  public TaskMemory memory(CollectActivationsConfig config, Plan<CollectPart> plan, Inputs inputs) {
    ModelConfig model = inputs.modelFiles().get(0).config();
    HookPoints points = HookPoints.of(model);
    long values =
        plan.parts().get(0).task().settings().hooks().stream()
            .mapToLong(hook -> points.shape(hook).sizePerPosition(model.nCtx()))
            .sum();
    return new TaskMemory(
        values * config.batchTokens() * Float.BYTES, "activations of a batch at all hook points");
  }

  @Override
  public void run(CollectActivationsConfig config, Plan<CollectPart> plan, JobContext context) {
    context.runParts(plan, (part, executor) -> part.task().run(part.tokens(), executor));
  }
}
