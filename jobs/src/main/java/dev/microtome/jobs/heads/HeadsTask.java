package dev.microtome.jobs.heads;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import dev.microtome.heads.HeadAblation;
import dev.microtome.heads.HeadAblationRow;
import dev.microtome.heads.HeadKnockout;
import dev.microtome.heads.HeadScore;
import dev.microtome.heads.HeadScoreRow;
import dev.microtome.heads.HeadScores;
import dev.microtome.heads.HeadSet;
import dev.microtome.heads.HeadSetAblationRow;
import dev.microtome.heads.InContextRow;
import dev.microtome.heads.KnockoutEffect;
import dev.microtome.heads.PositionLosses;
import dev.microtome.heads.PositionSlopeRow;
import dev.microtome.heads.RepeatPredictions;
import dev.microtome.jobs.Checkpoint;
import dev.microtome.jobs.PartContext;
import dev.microtome.jobs.PartTask;
import dev.microtome.jobs.inputs.CheckpointWeights;
import dev.microtome.model.FrameworkWeights;
import dev.microtome.model.FrameworkWeights.Folding;
import dev.microtome.model.HeadIndex;
import dev.microtome.model.HookedTransformer;
import dev.microtome.model.Torch;
import dev.microtome.model.load.ModelWeights;
import dev.microtome.table.RowWriter;
import dev.microtome.table.TableSpec;
import dev.microtome.text.RepeatedTokens;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The work of one part. The checkpoint is loaded for the part and freed with it. */
record HeadsTask() implements PartTask<HeadsPart> {

  @Override
  public long run(HeadsPart part, PartContext context) throws IOException {
    Torch.threads(context.cores());
    Device device = context.gpu().isPresent() ? Device.gpu(context.gpu().getAsInt()) : Device.cpu();
    Optional<UsedSequences> tokens = Optional.empty();
    if (part.tokens().isPresent()) {
      UsedSequences used =
          UsedSequences.read(context.tables(), part.tokens().get(), part.settings().sequences());
      tokens = Optional.of(used);
    }
    try (NDManager memory = NDManager.newBaseManager(device, "PyTorch");
        ModelWeights weights = CheckpointWeights.load(part.checkpoint(), context, memory)) {
      HookedTransformer model = HookedTransformer.of(weights);
      Study study = new Study(part, model, weights, tokens, memory);
      if (part.isScores()) {
        study.scores(context);
      } else {
        study.ablations(context);
      }
    }
    return 1;
  }

  /** A loaded checkpoint and what to do with it. */
  private record Study(
      HeadsPart part,
      HookedTransformer model,
      ModelWeights weights,
      Optional<UsedSequences> tokens,
      NDManager memory) {

    void scores(PartContext context) throws IOException {
      Checkpoint checkpoint = part.checkpoint();
      List<RepeatedTokens> examples =
          part.settings().repeated(tokens, model.config().dVocab(), part.bos());
      HeadScores scores = headScores(examples);
      try (RowWriter<HeadScoreRow> writer = context.writer(HeadTables.SCORES, "")) {
        for (HeadIndex head : HeadIndex.all(model.config())) {
          for (HeadScore score : scores.scores()) {
            requireFinite(
                "%s of head %s".formatted(score.label(), head), scores.value(score, head));
            writer.write(
                new HeadScoreRow(
                    checkpoint.model(),
                    checkpoint.step(),
                    head.layer(),
                    head.head(),
                    score.label(),
                    scores.value(score, head)));
          }
        }
      }
      if (model.config().causal() && part.settings().sequenceLength() > 1) {
        writeAll(
            context,
            HeadTables.PREDICTIONS,
            RepeatPredictions.of(model, examples, memory)
                .rows(checkpoint.model(), checkpoint.step()));
      }
      if (tokens.isPresent()) {
        HeadKnockout knockout = knockout();
        PositionLosses unchanged = knockout.unchanged();
        requireFinite("mean loss", unchanged.mean());
        losses(context, unchanged);
        sets(context, scores, knockout, unchanged);
      }
    }

    /** Finite weights may be so large that what they give is not. */
    private void requireFinite(String what, double value) {
      if (!Double.isFinite(value)) {
        throw CheckpointWeights.rejected(
            part.checkpoint(), "%s is %s, expected a finite number".formatted(what, value), null);
      }
    }

    private void losses(PartContext context, PositionLosses losses) throws IOException {
      String name = part.checkpoint().model();
      long step = part.checkpoint().step();
      try (RowWriter<InContextRow> writer = context.writer(HeadTables.IN_CONTEXT, "")) {
        writer.write(
            InContextRow.of(
                name,
                step,
                losses,
                part.settings().positions().early(),
                part.settings().positions().late()));
      }
      writeAll(context, HeadTables.SLOPES, PositionSlopeRow.of(name, step, losses));
    }

    private void sets(
        PartContext context, HeadScores scores, HeadKnockout knockout, PositionLosses unchanged)
        throws IOException {
      List<HeadIndex> heads = HeadIndex.all(model.config());
      if (part.settings().setSize() == 0
          || part.settings().ablations().isEmpty()
          || heads.isEmpty()) {
        return;
      }
      List<HeadSet> sets =
          HeadSet.inductionAndControls(
              scores,
              heads,
              part.settings().setSize(),
              part.settings().controls(),
              part.settings().seed());
      try (RowWriter<HeadSetAblationRow> writer = context.writer(HeadTables.SETS, "")) {
        for (HeadAblation ablation : part.settings().ablations()) {
          List<PositionLosses> without =
              knockout.without(sets.stream().map(HeadSet::heads).toList(), ablation);
          for (int i = 0; i < sets.size(); i++) {
            for (HeadSetAblationRow row :
                HeadSetAblationRow.of(
                    part.checkpoint().model(),
                    part.checkpoint().step(),
                    sets.get(i),
                    ablation,
                    effect(unchanged, without.get(i)))) {
              writer.write(row);
            }
          }
        }
      }
    }

    void ablations(PartContext context) throws IOException {
      List<HeadIndex> heads = HeadIndex.all(model.config()).subList(part.fromHead(), part.toHead());
      HeadKnockout knockout = knockout();
      PositionLosses unchanged = knockout.unchanged();
      try (RowWriter<HeadAblationRow> writer = context.writer(HeadTables.ABLATIONS, "")) {
        for (HeadAblation ablation : part.settings().ablations()) {
          List<PositionLosses> without =
              knockout.without(heads.stream().map(Set::of).toList(), ablation);
          for (int i = 0; i < heads.size(); i++) {
            for (HeadAblationRow row :
                HeadAblationRow.of(
                    part.checkpoint().model(),
                    part.checkpoint().step(),
                    heads.get(i),
                    ablation,
                    effect(unchanged, without.get(i)))) {
              writer.write(row);
            }
          }
        }
      }
    }

    private KnockoutEffect effect(PositionLosses unchanged, PositionLosses without) {
      return KnockoutEffect.of(
          unchanged,
          without,
          part.settings().positions().early(),
          part.settings().positions().late());
    }

    private HeadKnockout knockout() {
      return new HeadKnockout(
          model, tokens.orElseThrow().tokens(), part.settings().batchTokens(), memory);
    }

    private HeadScores headScores(List<RepeatedTokens> examples) {
      Folding folding = FrameworkWeights.canFold(model.config()) ? Folding.NORMS : Folding.NONE;
      return HeadScores.of(model, FrameworkWeights.of(weights, folding), examples, memory);
    }

    private static <R extends Record> void writeAll(
        PartContext context, TableSpec<R> table, List<R> rows) throws IOException {
      try (RowWriter<R> writer = context.writer(table, "")) {
        for (R row : rows) {
          writer.write(row);
        }
      }
    }
  }
}
