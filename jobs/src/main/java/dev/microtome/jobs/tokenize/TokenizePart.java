package dev.microtome.jobs.tokenize;

import dev.microtome.jobs.PartContext;
import dev.microtome.run.InputException;
import dev.microtome.table.RowWriter;
import dev.microtome.text.DocumentUnit;
import dev.microtome.text.SequencePacker;
import dev.microtome.text.TextPart;
import dev.microtome.text.TextSlice;
import dev.microtome.text.TokenRow;
import dev.microtome.text.Tokenizer;
import java.io.IOException;
import java.io.Serializable;

/**
 * The text of one part and how it is read and encoded: plain data, so that it ships to an executor.
 */
record TokenizePart(TextPart text, DocumentUnit documents, String textField, TokenizerUse use)
    implements Serializable {
  /** Writes the sequences of the part; returns the bytes of text that it had. */
  static long run(TokenizePart part, PartContext context) throws IOException {
    Tokenizer tokenizer = tokenizer(part.use(), context);
    CorpusReader reader =
        new CorpusReader(context.files(), context.tables(), part.documents(), part.textField());
    try (RowWriter<TokenRow> writer = context.writer(part.use().table(), "")) {
      Rows rows = new Rows(context.index(), writer);
      SequencePacker packer = new SequencePacker(part.use().layout(), rows);
      long bytes = 0;
      for (TextSlice slice : part.text().slices()) {
        reader.read(
            slice,
            document ->
                packer.add(
                    document.name(), tokenizer.encode(document.text(), part.use().special())));
        bytes += slice.bytes();
        context.progress(bytes);
      }
      packer.finish();
    }
    return part.text().bytes();
  }

  /** One tokenizer an executor; its word cache is shared by the tasks. */
  private static Tokenizer tokenizer(TokenizerUse use, PartContext context) throws IOException {
    return context
        .models()
        .shared(
            "tokenizer " + use.digest(),
            () -> {
              Tokenizer tokenizer = Tokenizer.open(context.files(), use.file());
              if (!tokenizer.digest().equals(use.digest())) {
                tokenizer.close();
                throw new InputException(use.file() + " has changed since the run was planned");
              }
              return tokenizer;
            });
  }

  /** Numbers the sequences of a part. */
  private static final class Rows implements SequencePacker.Sink {
    private final int part;
    private final RowWriter<TokenRow> writer;
    private long index;

    Rows(int part, RowWriter<TokenRow> writer) {
      this.part = part;
      this.writer = writer;
    }

    @Override
    public void accept(String document, int[] tokens) throws IOException {
      if (index == TokenRow.SEQUENCES_PER_PART) {
        throw new InputException(
            "part "
                + part
                + " has more than "
                + TokenRow.SEQUENCES_PER_PART
                + " sequences: raise context-length");
      }
      writer.write(new TokenRow(part * TokenRow.SEQUENCES_PER_PART + index, document, tokens));
      index++;
    }
  }
}
