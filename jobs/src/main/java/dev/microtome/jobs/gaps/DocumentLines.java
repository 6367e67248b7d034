package dev.microtome.jobs.gaps;

import dev.microtome.jobs.Inputs;
import dev.microtome.jobs.TableReader;
import dev.microtome.run.FileEntry;
import dev.microtome.run.FileStore;
import dev.microtome.text.DocumentReader;
import dev.microtome.text.TextFormat;
import dev.microtome.text.TextSlice;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.Set;

/**
 * Documents in JSON Lines files, an object each; its place is the byte at which its line begins.
 */
record DocumentLines(List<String> paths, List<Long> bytes, List<String> fields)
    implements DocumentSource {
  private static final String SUFFIX = ".jsonl";

  /** A thousand times 64 bytes, which a short document has. */
  private static final long BYTES_FOR_ONE = 1 << 16;

  DocumentLines {
    paths = List.copyOf(paths);
    bytes = List.copyOf(bytes);
    fields = List.copyOf(fields);
  }

  static boolean isMeantBy(TprGapConfig config) {
    return config.documents().value().endsWith(SUFFIX);
  }

  static DocumentLines open(TprGapConfig config, Inputs inputs) {
    List<FileEntry> files = inputs.text(List.of(config.documents()), Set.of(SUFFIX));
    return new DocumentLines(
        files.stream().map(FileEntry::path).toList(),
        files.stream().map(FileEntry::bytes).toList(),
        List.of(config.textColumn(), config.labelColumn(), config.conceptColumn()));
  }

  private static TextSlice slice(String path, long from, long to) {
    return new TextSlice(path, path, TextFormat.JSON_LINES, from, to);
  }

  @Override
  public String unit() {
    return "bytes";
  }

  @Override
  public List<DocumentRange.Part> parts(int documents) {
    return DocumentRange.cut(bytes, BYTES_FOR_ONE * documents);
  }

  @Override
  public void labels(DocumentRange range, FileStore files, TableReader tables, LabelSink sink)
      throws IOException {
    DocumentReader.readFields(
        files,
        slice(paths.get(range.file()), range.from(), range.to()),
        fields,
        (start, values) -> sink.accept(start, values.get(1), values.get(2)));
  }

  @Override
  public void texts(DocumentSlice slice, FileStore files, TableReader tables, TextSink sink)
      throws IOException {
    Iterator<DocumentSlice.Chosen> chosen = slice.documents().iterator();
    DocumentSlice.Chosen[] next = {chosen.next()};
    DocumentReader.readFields(
        files,
        slice(slice.path(), slice.from(), slice.to()),
        fields,
        (start, values) -> {
          if (next[0] != null && next[0].place() == start) {
            sink.accept(next[0], values.get(0));
            next[0] = chosen.hasNext() ? chosen.next() : null;
          }
        });
  }
}
