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

  private final CorpusReader reader;

  CorpusCheck(CorpusReader reader) {
    this.reader = reader;
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
        if (bytes >= MAX_BYTES || slices >= MAX_SLICES) {
          return;
        }
        try {
          reader.read(slice, document -> text[0] |= !document.text().isBlank());
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
