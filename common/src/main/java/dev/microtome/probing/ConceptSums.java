package dev.microtome.probing;

import dev.microtome.stats.Moments;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * What one pass over the rows of a hook point says of a concept: moments of what is fitted to, and
 * counts. Of classes x [d] and the one-hot class, of all folds together; of numbers x and the
 * numbers, by fold, and of the rows held out. Merges over parts. 8·d² bytes for each moments. Not
 * thread-safe.
 */
public final class ConceptSums {
  private final Concept concept;
  private final SequenceSplit split;
  // Of numbers the last are of the rows held out.
  private final List<Moments> moments;
  // [folds + 1][classes], the last row of the rows held out; of numbers one column.
  private final long[][] counts;
  private long withoutToken;

  /**
   * A concept.
   *
   * @param from its first target among those of a row
   * @param names its classes, or its numbers
   */
  public record Concept(String name, int from, List<String> names, Targets targets)
      implements Serializable {
    public Concept {
      names = List.copyOf(names);
    }

    int width() {
      return targets == Targets.CLASSES ? 1 : names.size();
    }

    int columns() {
      return targets == Targets.CLASSES ? names.size() : 1;
    }
  }

  /** What the targets of a concept are. */
  public enum Targets {
    /** One number, the class. */
    CLASSES,

    /** Numbers. */
    NUMBERS
  }

  private ConceptSums(
      Concept concept, SequenceSplit split, List<Moments> moments, long[][] counts) {
    this.concept = concept;
    this.split = split;
    this.moments = moments;
    this.counts = counts;
  }

  /** Sums of no rows of d numbers. */
  public static ConceptSums of(Concept concept, SequenceSplit split, int dimensions) {
    List<Moments> moments = new ArrayList<>();
    int many = concept.targets() == Targets.CLASSES ? 1 : split.folds() + 1;
    for (int i = 0; i < many; i++) {
      moments.add(Moments.ofColumns(dimensions + concept.names().size()));
    }
    return new ConceptSums(concept, split, moments, new long[split.folds() + 1][concept.columns()]);
  }

  /** Adds a row, which counts if the concept labels it. */
  public void add(ProbeSampleRow row) {
    double[] targets = row.numbers();
    if (Double.isNaN(targets[concept.from()])) {
      return;
    }
    int fold = split.fitFold(row.sequenceId());
    int place = fold == RowChunk.HELD_OUT ? split.folds() : fold;
    withoutToken += row.tokenId() < 0 ? 1 : 0;
    double[] z = new double[concept.names().size()];
    if (concept.targets() == Targets.NUMBERS) {
      System.arraycopy(targets, concept.from(), z, 0, z.length);
      moments.get(place).add(row.activation(), z);
      counts[place][0]++;
      return;
    }
    int label = (int) targets[concept.from()];
    counts[place][label]++;
    if (fold != RowChunk.HELD_OUT) {
      z[label] = 1;
      moments.get(0).add(row.activation(), z);
    }
  }

  /** Adds a part that comes after those before. */
  public void merge(ConceptSums other) {
    for (int i = 0; i < moments.size(); i++) {
      if (other.moments.get(i).columns() != moments.get(i).columns()) {
        throw new IllegalArgumentException(
            "activations have %d and %d numbers".formatted(dimensions(), other.dimensions()));
      }
      moments.get(i).merge(other.moments.get(i));
    }
    for (int i = 0; i < counts.length; i++) {
      for (int j = 0; j < counts[i].length; j++) {
        counts[i][j] += other.counts[i][j];
      }
    }
    withoutToken += other.withoutToken;
  }

  Concept concept() {
    return concept;
  }

  SequenceSplit split() {
    return split;
  }

  int dimensions() {
    return moments.get(0).columns() - concept.names().size();
  }

  List<Moments> moments() {
    return moments;
  }

  /** Rows of each class of a fold; of the one after the last fold those held out. */
  long[] counts(int fold) {
    return counts[fold].clone();
  }

  /** Rows of each class of all folds but one; -1: of all. */
  long[] fitted(int leftOut) {
    long[] sums = new long[concept.columns()];
    for (int fold = 0; fold < split.folds(); fold++) {
      for (int i = 0; i < sums.length; i++) {
        sums[i] += fold == leftOut ? 0 : counts[fold][i];
      }
    }
    return sums;
  }

  /** Rows that are held out. */
  public long heldRows() {
    return total(counts[split.folds()]);
  }

  /** Rows that are fitted to. */
  public long fittedRows() {
    return total(fitted(-1));
  }

  static long total(long[] counts) {
    long sum = 0;
    for (long count : counts) {
      sum += count;
    }
    return sum;
  }

  /** Whether the tokens of all rows are known. */
  boolean hasTokens() {
    return withoutToken == 0;
  }

  /** Writes the sums; the stream stays open. */
  public void write(OutputStream stream) throws IOException {
    DataOutputStream out = new DataOutputStream(stream);
    for (Moments each : moments) {
      out.writeLong(each.count());
      write(each.meanBytes(), out);
      write(each.scatterBytes(), out);
    }
    for (long[] row : counts) {
      for (long count : row) {
        out.writeLong(count);
      }
    }
    out.writeLong(withoutToken);
    out.flush();
  }

  private static void write(byte[] bytes, DataOutputStream out) throws IOException {
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  /** Reads what {@link #write} has written of the same concept. */
  public static ConceptSums read(Concept concept, SequenceSplit split, InputStream stream)
      throws IOException {
    DataInputStream in = new DataInputStream(stream);
    List<Moments> moments = new ArrayList<>();
    int many = concept.targets() == Targets.CLASSES ? 1 : split.folds() + 1;
    for (int i = 0; i < many; i++) {
      long count = in.readLong();
      byte[] mean = in.readNBytes(in.readInt());
      moments.add(Moments.of(count, mean, in.readNBytes(in.readInt())));
    }
    long[][] counts = new long[split.folds() + 1][concept.columns()];
    for (long[] row : counts) {
      for (int i = 0; i < row.length; i++) {
        row[i] = in.readLong();
      }
    }
    ConceptSums sums = new ConceptSums(concept, split, moments, counts);
    sums.withoutToken = in.readLong();
    return sums;
  }
}
