package dev.microtome.jobs.labels;

import dev.microtome.erasure.ConceptMoments;
import dev.microtome.jobs.Relay;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/**
 * Moments of a part in the relay. They are no table of the run: of each hook point, concept and
 * part they are 4·d² bytes, and nobody needs them once they are merged.
 */
public final class MomentsFile {
  private MomentsFile() {}

  /** Writes what a part has summed up. */
  public static void write(Relay relay, String name, ConceptMoments moments) throws IOException {
    relay.write(name, out -> write(out, moments));
  }

  private static void write(OutputStream stream, ConceptMoments moments) throws IOException {
    DataOutputStream out = new DataOutputStream(new BufferedOutputStream(stream));
    out.writeUTF(moments.hook());
    out.writeUTF(moments.concept());
    out.writeInt(moments.dimensions());
    out.writeLong(moments.rows());
    out.writeLong(moments.unlabelled());
    write(out, moments.mean());
    write(out, moments.scatter());
    out.flush();
  }

  private static void write(DataOutputStream out, byte[] bytes) throws IOException {
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  /** A {@link FileMerge}. */
  public static void merge(List<String> files, String merged, Relay relay) throws IOException {
    write(relay, merged, MergedConcept.read(relay, files).moments());
  }

  static ConceptMoments read(Relay relay, String name) throws IOException {
    try (DataInputStream in = new DataInputStream(new BufferedInputStream(relay.open(name)))) {
      return new ConceptMoments(
          in.readUTF(),
          in.readUTF(),
          in.readInt(),
          in.readLong(),
          in.readLong(),
          in.readNBytes(in.readInt()),
          in.readNBytes(in.readInt()));
    }
  }
}
