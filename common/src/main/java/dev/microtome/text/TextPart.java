package dev.microtome.text;

import dev.microtome.run.FileEntry;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * Text that is tokenized in one go: slices of files, in order. The cut depends on names and sizes
 * of the files and on the size of a part, on nothing else.
 */
public record TextPart(List<TextSlice> slices) implements Serializable {
  /**
   * What opening a file counts for: a file system that is far away gives thousands of small files
   * to many tasks.
   */
  private static final long SLICE_COST_BYTES = 1 << 16;

  public TextPart {
    slices = List.copyOf(slices);
  }

  public long bytes() {
    return slices.stream().mapToLong(TextSlice::bytes).sum();
  }

  /**
   * Cuts files into parts of at most {@code partBytes} bytes each, 65,536 added for each file, in
   * the order given. Files that cannot be cut stay whole, and alone in their part if they are
   * larger; empty ones are left out. Documents are called by the file's path below the deepest
   * folder that holds all the files.
   *
   * @throws dev.microtome.run.InputException when a file's suffix is not understood
   */
  public static List<TextPart> cut(List<FileEntry> files, DocumentUnit unit, long partBytes) {
    if (partBytes < 1) {
      throw new IllegalArgumentException("a part of " + partBytes + " bytes");
    }
    int prefix = commonFolder(files);
    List<TextPart> parts = new ArrayList<>();
    List<TextSlice> open = new ArrayList<>();
    long openCost = 0;
    for (FileEntry file : files) {
      TextFormat format = TextFormat.of(file.path());
      String name = file.path().substring(prefix);
      long pieces =
          format.splits(unit)
              ? -Math.floorDiv(-file.bytes(), partBytes)
              : Math.min(1, file.bytes());
      for (long piece = 0; piece < pieces; piece++) {
        long from = boundary(file.bytes(), piece, pieces);
        long to = boundary(file.bytes(), piece + 1, pieces);
        long cost = to - from + SLICE_COST_BYTES;
        if (!open.isEmpty() && openCost + cost > partBytes) {
          parts.add(new TextPart(open));
          open.clear();
          openCost = 0;
        }
        open.add(new TextSlice(file.path(), name, format, from, to));
        openCost += cost;
      }
    }
    if (!open.isEmpty()) {
      parts.add(new TextPart(open));
    }
    return parts;
  }

  /** Start of piece i of n nearly equal ones; size · i would overflow for large files. */
  private static long boundary(long bytes, long i, long n) {
    return bytes / n * i + Math.min(i, bytes % n);
  }

  /** Length of the longest folder prefix, slash included, that all paths share. */
  public static int commonFolder(List<FileEntry> files) {
    if (files.isEmpty()) {
      return 0;
    }
    String first = files.get(0).path();
    int length = first.lastIndexOf('/') + 1;
    for (FileEntry file : files) {
      while (!file.path().startsWith(first.substring(0, length))) {
        length = first.lastIndexOf('/', length - 2) + 1;
      }
    }
    return length;
  }
}
