package dev.microtome.jobs.tokenize;

import dev.microtome.run.FileEntry;
import dev.microtome.run.InputException;
import dev.microtome.text.TextPart;
import dev.microtome.text.TextSlice;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * Reads the beginning of a corpus while the run is planned, so that what is wrong with it is mostly
 * said before anything is written. A corpus within the limits is checked throughout.
 */
final class CorpusCheck {
  private static final long MAX_BYTES = 64L << 20;
  private static final int MAX_SLICES = 500;

  /** What a document counts for at least, so that many empty ones come to an end too. */
  private static final int DOCUMENT_COST = 64;

  private final CorpusReader reader;
  private final long maxBytes;

  CorpusCheck(CorpusReader reader) {
    this(reader, MAX_BYTES);
  }

  /**
   * @param maxBytes how much to read, about: a slice ends with the document that goes beyond
   */
  CorpusCheck(CorpusReader reader, long maxBytes) {
    this.reader = reader;
    this.maxBytes = maxBytes;
  }

  /** Ends the reading of a slice. */
  private static final class Enough extends RuntimeException {
    Enough() {
      super(null, null, false, false);
    }
  }

  /**
   * Checks the corpus.
   *
   * @throws InputException when a file cannot be read as text, or when there is no text at all
   */
  void check(List<FileEntry> files, List<TextPart> parts) {
    boolean[] text = {false};
    long bytes = 0;
    int slices = 0;
    for (TextPart part : parts) {
      for (TextSlice slice : part.slices()) {
        if (bytes >= maxBytes || slices >= MAX_SLICES) {
          return;
        }
        long[] left = {maxBytes - bytes};
        try {
          reader.read(
              slice,
              document -> {
                text[0] |= !document.text().isBlank();
                left[0] -= document.text().length() + DOCUMENT_COST;
                if (left[0] < 0) {
                  throw new Enough();
                }
              });
        } catch (Enough e) {
          return;
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
        bytes += slice.bytes();
        slices++;
      }
    }
    if (!text[0]) {
      throw new InputException(
          "input: the corpus is empty: no text in "
              + files.size()
              + (files.size() == 1 ? " file" : " files")
              + " ("
              + files.get(0).path()
              + (files.size() == 1 ? ")" : " …)"));
    }
  }
}
