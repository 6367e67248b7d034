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

  /** The table as far as its first rows reach: what ships with every part. */
  static TableInput head(TableInput tokens, int count) {
    List<TableInput.TableFile> files = new ArrayList<>();
    long rows = 0;
    for (TableInput.TableFile file : tokens.files()) {
      if (rows < count) {
        files.add(file);
        rows += file.rows();
      }
    }
    return new TableInput(tokens.path(), tokens.digest(), files, tokens.metadata());
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
   * Refuses sequences that a model cannot take or that are all too short.
   *
   * @throws InputException naming the table and what is wrong
   */
  void requireFit(Checkpoint checkpoint, ModelConfig model, int latePosition) {
    if (!model.causal()) {
      throw new InputException(
          "checkpoint %s: a %s model has no next-token loss; leave tokens out"
              .formatted(checkpoint.folder().path(), model.family()));
    }
    int longest = 0;
    for (TokenSequence sequence : sequences) {
      try {
        sequence.requireFits(model.nCtx(), model.dVocab());
      } catch (InputException e) {
        throw new InputException(
            "tokens %s, checkpoint %s: %s"
                .formatted(path, checkpoint.folder().path(), e.getMessage()),
            e);
      }
      longest = Math.max(longest, sequence.tokens().length);
    }
    if (longest <= latePosition) {
      throw new InputException(
          "tokens %s: the longest of the %d sequences used has %d tokens, late-position %d needs %d; set late-position to %d at most, or to null"
              .formatted(
                  path, sequences.size(), longest, latePosition, latePosition + 1, longest - 1));
    }
  }

  /** The largest number of tokens that at least half of the sequences have. */
  int commonLength() {
    int[] lengths =
        sequences.stream().mapToInt(sequence -> sequence.tokens().length).sorted().toArray();
    return lengths.length == 0 ? 0 : lengths[lengths.length / 2];
  }

  List<int[]> tokens() {
    return sequences.stream().map(TokenSequence::tokens).filter(each -> each.length > 1).toList();
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
