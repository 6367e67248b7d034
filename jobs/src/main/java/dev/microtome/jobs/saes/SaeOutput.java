package dev.microtome.jobs.saes;

import dev.microtome.jobs.PartContext;
import dev.microtome.sae.SaeSource;
import dev.microtome.sae.stream.HeldOut;
import dev.microtome.sae.stream.Mixing;
import dev.microtome.sae.training.HeldOutScores;
import dev.microtome.sae.training.SaeGroup;
import dev.microtome.sae.training.SaeScoreRow;
import dev.microtome.sae.training.SaeTrainingRow;
import dev.microtome.table.RowWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** What is written of trained SAEs: folders, the course of the training, and scores. */
final class SaeOutput {
  private final SaePart part;
  private final PartContext context;
  private final Path scratch;

  SaeOutput(SaePart part, PartContext context, Path scratch) {
    this.part = part;
    this.context = context;
    this.scratch = scratch;
  }

  /** Evaluates the SAEs as they are and writes them. */
  void write(SaeGroup group, HeldOut held, List<SaeTrainingRow> training, Mixing mixing)
      throws IOException {
    List<HeldOutScores> scores = group.evaluate(held.rows());
    for (int i = 0; i < scores.size(); i++) {
      writeFolder(group, i, scores.get(i));
    }
    RowWriter<SaeTrainingRow> rows = context.writer(SaeTrainingRow.TABLE, "");
    for (SaeTrainingRow row : training) {
      rows.write(row);
    }
    RowWriter<SaeScoreRow> evaluation = context.writer(SaeScoreRow.TABLE, "");
    for (int i = 0; i < scores.size(); i++) {
      writeScores(part.names().get(i), scores.get(i), mixing, evaluation);
    }
  }

  private void writeFolder(SaeGroup group, int sae, HeldOutScores scores) throws IOException {
    Path folder = scratch.resolve("folder-" + sae);
    SaeSource source =
        new SaeSource(
            Optional.of(part.modelName()).filter(name -> !name.isEmpty()),
            Optional.of(part.source().modelSha256()).filter(digest -> !digest.isEmpty()),
            Optional.of(part.inputs().get(sae).hook()),
            Optional.of(part.inputs().get(sae).target()).filter(target -> !target.isEmpty()),
            part.sequences().contextSize(),
            part.sequences().prependBos(),
            Optional.empty());
    group.writeFolder(sae, source, scores, folder);
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        try (OutputStream out =
            context.artifact(
                "%s/%s/%s".formatted(TrainSae.SAES, part.names().get(sae), file.getFileName()))) {
          Files.copy(file, out);
        }
      }
    }
  }

  private static void writeScores(
      String name, HeldOutScores scores, Mixing mixing, RowWriter<SaeScoreRow> evaluation)
      throws IOException {
    if (scores.rows() > 0) {
      for (Map.Entry<String, Double> score : scores.values().entrySet()) {
        evaluation.write(new SaeScoreRow(name, score.getKey(), score.getValue()));
      }
    }
    evaluation.write(new SaeScoreRow(name, "same_sequence_share", mixing.share()));
    evaluation.write(new SaeScoreRow(name, "expected_same_sequence_share", mixing.expectedShare()));
  }
}
