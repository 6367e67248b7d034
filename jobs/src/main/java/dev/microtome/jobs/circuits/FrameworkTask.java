package dev.microtome.jobs.circuits;

import ai.djl.ndarray.NDManager;
import dev.microtome.circuits.BigramFitRow;
import dev.microtome.circuits.BigramRow;
import dev.microtome.circuits.BigramTable;
import dev.microtome.circuits.BigramTruth;
import dev.microtome.circuits.CircuitScoreRow;
import dev.microtome.circuits.Composition;
import dev.microtome.circuits.CompositionRow;
import dev.microtome.circuits.HeadCircuits;
import dev.microtome.circuits.SkipTrigramRow;
import dev.microtome.circuits.SkipTrigrams;
import dev.microtome.circuits.SkipTrigrams.SkipTrigram;
import dev.microtome.circuits.TrueBigramRow;
import dev.microtome.circuits.VirtualHeadRow;
import dev.microtome.jobs.PartContext;
import dev.microtome.jobs.PartTask;
import dev.microtome.jobs.TableInput;
import dev.microtome.jobs.inputs.CheckpointWeights;
import dev.microtome.model.FrameworkWeights;
import dev.microtome.model.HeadIndex;
import dev.microtome.model.load.ModelWeights;
import dev.microtome.run.InputException;
import dev.microtome.run.RejectedContentException;
import dev.microtome.table.RowReader;
import dev.microtome.table.RowWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The work of one part: a checkpoint's weights, on the processor whatever the task has. */
record FrameworkTask() implements PartTask<FrameworkPart> {
  /** Sources whose bigrams are in memory at a time. */
  static final int SOURCES_AT_A_TIME = 64;

  @Override
  public long run(FrameworkPart part, PartContext context) throws IOException {
    try (NDManager memory = NDManager.newBaseManager();
        ModelWeights stored = CheckpointWeights.load(part.checkpoint(), context, memory)) {
      FrameworkWeights weights = FrameworkWeights.of(stored, part.folding());
      Tables tables =
          new Tables(part.checkpoint().model(), part.checkpoint().step(), weights, context);
      tables.bigrams(part.bigrams());
      if (part.trueBigrams().isPresent()) {
        tables.bigramFit(part.trueBigrams().get());
      }
      tables.heads();
      tables.skipTrigrams(part.skipTrigrams());
    }
    return 1;
  }

  private record Tables(String model, long step, FrameworkWeights weights, PartContext context) {

    void bigrams(int count) throws IOException {
      if (count == 0) {
        return;
      }
      int dVocab = weights.config().dVocab();
      BigramTable table = BigramTable.of(weights);
      try (RowWriter<BigramRow> writer = context.writer(FrameworkTables.BIGRAMS, "")) {
        for (int from = 0; from < dVocab; from += SOURCES_AT_A_TIME) {
          int to = Math.min(dVocab, from + SOURCES_AT_A_TIME);
          for (List<BigramTable.Entry> entries : table.top(from, to, count)) {
            for (int rank = 0; rank < entries.size(); rank++) {
              BigramTable.Entry entry = entries.get(rank);
              writer.write(
                  new BigramRow(
                      model,
                      step,
                      entry.source(),
                      rank,
                      entry.out(),
                      entry.logit(),
                      entry.logProbability()));
            }
          }
        }
      }
    }

    void bigramFit(TableInput input) throws IOException {
      BigramTruth truth = new BigramTruth(weights.config().dVocab());
      for (TableInput.TableFile file : input.files()) {
        try (RowReader<TrueBigramRow> rows =
            context.tables().read(file.path(), TrueBigramRow.class)) {
          rows.forEachRemaining(row -> add(row, truth, file.path()));
        }
      }
      try (RowWriter<BigramFitRow> writer = context.writer(FrameworkTables.BIGRAM_FIT, "")) {
        for (BigramFitRow row : truth.fit(model, step, BigramTable.of(weights))) {
          writer.write(row);
        }
      }
    }

    private static void add(TrueBigramRow row, BigramTruth truth, String file) {
      try {
        truth.add(row);
      } catch (InputException e) {
        throw new RejectedContentException(
            "true-bigrams: %s: %s".formatted(file, e.getMessage()), e);
      }
    }

    void heads() throws IOException {
      HeadCircuits circuits = HeadCircuits.of(weights);
      try (RowWriter<CircuitScoreRow> writer = context.writer(FrameworkTables.SCORES, "")) {
        for (HeadIndex head : HeadIndex.all(weights.config())) {
          for (Map.Entry<String, Double> score : scores(circuits, head).entrySet()) {
            writer.write(
                new CircuitScoreRow(
                    model, step, head.layer(), head.head(), score.getKey(), score.getValue()));
          }
        }
      }
      try (RowWriter<CompositionRow> compositions =
              context.writer(FrameworkTables.COMPOSITION, "");
          RowWriter<VirtualHeadRow> virtualHeads =
              context.writer(FrameworkTables.VIRTUAL_HEADS, "")) {
        Composition.ofAllPairs(
            weights,
            pair -> {
              try {
                for (CompositionRow row : CompositionRow.of(model, step, pair)) {
                  compositions.write(row);
                }
                virtualHeads.write(virtualHead(circuits, pair));
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
      }
    }

    private Map<String, Double> scores(HeadCircuits circuits, HeadIndex head) {
      FrameworkWeights.Head matrices = weights.head(head.layer(), head.head());
      Map<String, Double> scores = new TreeMap<>();
      scores.put("full_ov_copying", circuits.fullOvCopying(head.layer(), head.head()));
      scores.put("ov_copying", circuits.ovCopying(head.layer(), head.head()));
      scores.put("full_qk_matching", circuits.fullQkMatching(head.layer(), head.head()));
      scores.put("ov_norm", matrices.ov().frobeniusNorm());
      scores.put("qk_norm", matrices.qk().frobeniusNorm());
      return scores;
    }

    private VirtualHeadRow virtualHead(HeadCircuits circuits, Composition pair) {
      return new VirtualHeadRow(
          model,
          step,
          pair.first().layer(),
          pair.first().head(),
          pair.second().layer(),
          pair.second().head(),
          pair.virtualNorm(),
          circuits.virtualCopying(pair.first(), pair.second()));
    }

    void skipTrigrams(int count) throws IOException {
      if (count == 0) {
        return;
      }
      try (RowWriter<SkipTrigramRow> writer = context.writer(FrameworkTables.SKIP_TRIGRAMS, "")) {
        for (HeadIndex head : HeadIndex.all(weights.config())) {
          List<SkipTrigram> found = SkipTrigrams.of(weights, head.layer(), head.head(), count);
          for (int rank = 0; rank < found.size(); rank++) {
            SkipTrigram each = found.get(rank);
            writer.write(
                new SkipTrigramRow(
                    model,
                    step,
                    head.layer(),
                    head.head(),
                    rank,
                    each.source(),
                    each.destination(),
                    each.out(),
                    each.attentionLogit(),
                    each.outLogit(),
                    each.strength()));
          }
        }
      }
    }
  }
}
