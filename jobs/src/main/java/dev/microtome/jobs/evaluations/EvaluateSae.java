package dev.microtome.jobs.evaluations;

import com.google.auto.service.AutoService;
import dev.microtome.jobs.Inputs;
import dev.microtome.jobs.Job;
import dev.microtome.jobs.JobContext;
import dev.microtome.jobs.ModelFolder;
import dev.microtome.jobs.PartOutput;
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
import dev.microtome.model.load.ModelFiles;
import dev.microtome.model.load.ModelWeights;
import dev.microtome.run.InputException;
import dev.microtome.sae.evaluation.DensityHistogram;
import dev.microtome.sae.evaluation.DensityHistogramRow;
import dev.microtome.sae.evaluation.EvaluatedSae;
import dev.microtome.sae.evaluation.SaeEvaluation;
import dev.microtome.sae.evaluation.SaeEvaluationRow;
import dev.microtome.sae.evaluation.SaeMetric;
import dev.microtome.table.RowWriter;
import dev.microtome.table.TableSpec;
import dev.microtome.text.TokenSequence;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Puts sparse autoencoders in place of the activations they rebuild and says what is lost: of the
 * activations (explained variance, L0, dead features) and of the model's predictions (loss
 * recovered, Kullback–Leibler divergence).
 *
 * <p>Reads a model folder, SAEs and a table {@code tokens}. Writes {@code sae_evaluation} and
 * {@code density_histogram}. A part is a block of sequences and the SAEs of one hook, which share
 * the passes of the unchanged and of the zero-ablated model.
 *
 * <pre>{@code
 * spark-submit microtome.jar evaluate-sae --config conf/jobs/evaluate-sae.conf \
 *   --set model=models/tinychat --set saes=[runs/saes] --set tokens=runs/tokens \
 *   --output runs/sae-evaluation
 * }</pre>
 */
@SuppressWarnings("rawtypes") // AutoService names the interface by its class
@AutoService(Job.class)
public final class EvaluateSae implements Job<EvaluateSaeConfig, EvaluatePart> {
  @Override
  public String name() {
    return "evaluate-sae";
  }

  @Override
  public String summary() {
    return "Evaluate sparse autoencoders: what activations and predictions lose in them";
  }

  @Override
  public Class<EvaluateSaeConfig> configType() {
    return EvaluateSaeConfig.class;
  }

  @Override
  public List<TableSpec<?>> tables() {
    return List.of(EvaluationTables.METRICS, EvaluationTables.DENSITIES);
  }

  @Override
  public Plan<EvaluatePart> plan(EvaluateSaeConfig config, Inputs inputs) {
    ModelFolder folder = inputs.model(config.model());
    TableInput tokens = inputs.table(config.tokens(), "tokens", TokenSequence.class);
    List<TokenSlices> blocks = TokenSlices.cut(tokens.files(), config.sequencesPerPart());
    try {
      ModelFiles model = ModelFiles.open(inputs.local(folder));
      ModelWeights.check(model);
      if (!model.config().causal()) {
        throw new InputException(
            "model %s: a %s model has no next-token loss"
                .formatted(config.model(), model.config().family()));
      }
      List<SaeInput> saes =
          SaeInputs.find(
              config.saes(),
              config.model(),
              folder,
              config.hook(),
              config.acceptOtherModel() ? Models.ANY : Models.MUST_AGREE,
              inputs);
      CorpusCheck corpus = CorpusCheck.of(config.tokens(), tokens, blocks, inputs.tables());
      corpus.requireFits(
          config.model(),
          model,
          config.acceptOtherTokenizer() ? Tokenizers.ANY : Tokenizers.MUST_AGREE);
      corpus.requirePredictions();
      SequenceIds.requireUnique(tokens, inputs);
      List<EvaluatePart> parts = new ArrayList<>();
      for (List<SaeInput> together : together(saes, config.saesTogether())) {
        EvaluateTask task = new EvaluateTask(folder, together, config.batchTokens());
        blocks.forEach(block -> parts.add(new EvaluatePart(task, block)));
      }
      int groups = parts.size() / blocks.size();
      return new Plan<>(
          parts,
          "sequences",
          tokens.rows() * groups,
          (long) saes.size() * SaeMetric.values().length,
          -1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** SAEs of one hook, as many as may be held at once. */
  private static List<List<SaeInput>> together(List<SaeInput> saes, int most) {
    Map<HookPoint, List<SaeInput>> byHook = new LinkedHashMap<>();
    for (SaeInput sae : saes) {
      byHook.computeIfAbsent(sae.hooks().output(), hook -> new ArrayList<>()).add(sae);
    }
    List<List<SaeInput>> groups = new ArrayList<>();
    for (List<SaeInput> all : byHook.values()) {
      for (int from = 0; from < all.size(); from += most) {
        groups.add(all.subList(from, Math.min(all.size(), from + most)));
      }
    }
    return groups;
  }

  @Override
  public TaskMemory memory(EvaluateSaeConfig config, Plan<EvaluatePart> plan, Inputs inputs) {
    HookPoints points = HookPoints.of(inputs.modelFiles().get(0).config());
    long weights = 0;
    long features = 0;
    for (EvaluatePart part : plan.parts()) {
      List<SaeInput> saes = part.task().saes();
      weights = Math.max(weights, saes.stream().mapToLong(sae -> sae.bytes(points)).sum());
      features = Math.max(features, saes.stream().mapToLong(SaeInput::features).max().orElse(0));
    }
    return new TaskMemory(
        weights + features * config.batchTokens() * Float.BYTES,
        "SAEs, one copy for the tasks of an executor, and a batch's features");
  }

  @Override
  public void run(EvaluateSaeConfig config, Plan<EvaluatePart> plan, JobContext context) {
    context.runParts(plan, (part, executor) -> part.task().run(part.tokens(), executor));
    context.runOnDriver("merge", output -> merge(plan, context, output));
  }

  /** Merges part after part, in their order, so that a rerun has the same bits. */
  private static void merge(Plan<EvaluatePart> plan, JobContext context, PartOutput output)
      throws IOException {
    Map<String, SaeEvaluation> merged = new LinkedHashMap<>();
    context.forEachRow(
        EvaluationTables.SUMS,
        row -> {
          SaeEvaluation part = row.evaluation();
          merged.merge(
              row.sae(),
              part,
              (whole, more) -> {
                whole.merge(more);
                return whole;
              });
        });
    try (RowWriter<SaeEvaluationRow> metrics = output.writer(EvaluationTables.METRICS, "");
        RowWriter<DensityHistogramRow> densities = output.writer(EvaluationTables.DENSITIES, "")) {
      for (EvaluateTask task : plan.parts().stream().map(EvaluatePart::task).distinct().toList()) {
        for (SaeInput sae : task.saes()) {
          SaeEvaluation evaluation = merged.get(sae.name());
          EvaluatedSae evaluated =
              new EvaluatedSae(
                  sae.name(), task.model().name(), sae.hooks().output(), sae.architecture());
          for (SaeEvaluationRow row : evaluation.rows(evaluated)) {
            metrics.write(row);
          }
          for (DensityHistogramRow row : DensityHistogram.of(evaluated, evaluation.features())) {
            densities.write(row);
          }
        }
      }
    }
  }
}
