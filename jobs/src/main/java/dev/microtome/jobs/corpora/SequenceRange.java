package dev.microtome.jobs.corpora;

import dev.microtome.corpus.GeneratedCorpus;
import dev.microtome.corpus.RowWriters;
import dev.microtome.jobs.PartContext;
import dev.microtome.table.RowWriter;
import dev.microtome.table.TableSpec;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;

/** Sequences {@code from} to {@code to} − 1 of a corpus: plain data, so that it ships. */
record SequenceRange(GenerateCorpusConfig config, long from, long to) implements Serializable {
  /** Writes the sequences, with the first of them what is true of the whole corpus. */
  static long run(SequenceRange part, PartContext context) throws IOException {
    GeneratedCorpus corpus = part.config().corpus();
    RowWriters writers = new PartTables(context);
    if (part.from() == part.config().firstSequence()) {
      corpus.writeTruth(writers);
      try (OutputStream out =
          context.artifact(GeneratedCorpus.TOKENIZER + "/" + GeneratedCorpus.TOKENIZER_FILE)) {
        out.write(corpus.tokenizerJson().getBytes(StandardCharsets.UTF_8));
      }
    }
    corpus.writeSequences(part.from(), part.to(), writers);
    return part.to() - part.from();
  }

  /** One file a table and part. */
  private record PartTables(PartContext context) implements RowWriters {
    @Override
    public <R extends Record> RowWriter<R> open(TableSpec<R> table) throws IOException {
      return context.writer(table, "");
    }
  }
}
