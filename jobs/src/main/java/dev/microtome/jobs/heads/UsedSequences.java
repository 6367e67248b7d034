package dev.microtome.jobs.heads;

import dev.microtome.jobs.Checkpoint;
import dev.microtome.jobs.TableInput;
import dev.microtome.jobs.TableReader;
import dev.microtome.model.ModelConfig;
import dev.microtome.run.InputException;
import dev.microtome.table.RowReader;
import dev.microtome.text.TokenSequence;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The first sequences of a tokens table. */
record UsedSequences(String path, List<TokenSequence> sequences) {
  UsedSequences {
    sequences = List.copyOf(sequences);
  }

  static UsedSequences read(TableReader tables, TableInput tokens, int count) throws IOException {
    List<TokenSequence> sequences = new ArrayList<>();
    for (TableInput.TableFile file : tokens.files()) {
      long rows = Math.min(file.rows(), count - sequences.size());
      try (RowReader<TokenSequence> reader =
          tables.read(file.path(), TokenSequence.class, 0, rows)) {
        reader.forEachRemaining(sequences::add);
      }
      if (sequences.size() == count) {
        break;
      }
    }
    return new UsedSequences(tokens.path(), sequences);
  }

  /**
   * Refuses sequences that a model cannot take, and one without a late token: early and late losses
   * would be means over different sequences, and their difference no score.
   *
   * @throws InputException naming the table and what is wrong
   */
  void requireFit(Checkpoint checkpoint, ModelConfig model, int latePosition) {
    if (!model.causal()) {
      throw new InputException(
          "checkpoint %s: a %s model has no next-token loss; leave tokens out"
              .formatted(checkpoint.folder().path(), model.family()));
    }
    if (sequences.isEmpty()) {
      throw new InputException("tokens %s: the table has no rows".formatted(path));
    }
    for (TokenSequence sequence : sequences) {
      try {
        sequence.requireFits(model.nCtx(), model.dVocab());
      } catch (InputException e) {
        throw new InputException(
            "tokens %s, checkpoint %s: %s"
                .formatted(path, checkpoint.folder().path(), e.getMessage()),
            e);
      }
      if (sequence.tokens().length <= latePosition) {
        throw new InputException(
            "tokens %s: sequence %d has %d tokens, late-position %d needs %d"
                .formatted(
                    path,
                    sequence.sequenceId(),
                    sequence.tokens().length,
                    latePosition,
                    latePosition + 1));
      }
    }
  }

  List<int[]> tokens() {
    return sequences.stream().map(TokenSequence::tokens).toList();
  }

  /** How often each token of a vocabulary occurs. */
  long[] counts(int dVocab) {
    long[] counts = new long[dVocab];
    for (TokenSequence sequence : sequences) {
      for (int token : sequence.tokens()) {
        counts[token]++;
      }
    }
    return counts;
  }
}
