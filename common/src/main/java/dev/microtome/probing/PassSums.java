package dev.microtome.probing;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * What a pass over the rows of a part has summed up, for each thing that was asked: float64. Parts
 * merge in their order, so that the bits depend on how the rows are cut and on nothing else.
 */
public final class PassSums {
  private final List<Sum> sums;

  PassSums(List<Sum> sums) {
    this.sums = List.copyOf(sums);
  }

  /** Sums of one thing; what its numbers are the {@link RowsAsk} knows. */
  @SuppressWarnings("ArrayRecordComponent") // filled in place
  record Sum(double[] numbers, SequenceHits hits) {
    Sum(int numbers) {
      this(new double[numbers], new SequenceHits());
    }
  }

  /** In the order in which it was asked. */
  List<Sum> sums() {
    return sums;
  }

  /** Adds a part that comes after those before. */
  public void merge(PassSums other) {
    for (int i = 0; i < sums.size(); i++) {
      double[] to = sums.get(i).numbers();
      double[] from = other.sums.get(i).numbers();
      for (int j = 0; j < to.length; j++) {
        to[j] += from[j];
      }
      sums.get(i).hits().merge(other.sums.get(i).hits());
    }
  }

  /** Writes them; the stream stays open. */
  public void write(OutputStream stream) throws IOException {
    DataOutputStream out = new DataOutputStream(new BufferedOutputStream(stream));
    out.writeInt(sums.size());
    for (Sum sum : sums) {
      out.writeInt(sum.numbers().length);
      for (double each : sum.numbers()) {
        out.writeDouble(each);
      }
      sum.hits().write(out);
    }
    out.flush();
  }

  /** Reads what {@link #write} has written. */
  public static PassSums read(InputStream stream) throws IOException {
    DataInputStream in = new DataInputStream(new BufferedInputStream(stream));
    List<Sum> sums = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      double[] numbers = new double[in.readInt()];
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = in.readDouble();
      }
      sums.add(new Sum(numbers, SequenceHits.read(in)));
    }
    return new PassSums(sums);
  }
}
