package dev.microtome.jobs.scrubbing;

import dev.microtome.erasure.ConceptMomentsRow;
import dev.microtome.jobs.Relay;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Moments of a part in the relay. They are no table of the run: those of all hook points at once
 * would be 8·d² bytes for each of them and each part.
 */
final class MomentsFile {
  private MomentsFile() {}

  static void write(Relay relay, String name, List<ConceptMomentsRow> rows) throws IOException {
    relay.write(name, out -> write(out, rows));
  }

  private static void write(OutputStream stream, List<ConceptMomentsRow> rows) throws IOException {
    DataOutputStream out = new DataOutputStream(new BufferedOutputStream(stream));
    out.writeInt(rows.size());
    for (ConceptMomentsRow row : rows) {
      out.writeUTF(row.hook());
      out.writeUTF(row.concept());
      out.writeInt(row.dimensions());
      out.writeLong(row.rows());
      out.writeLong(row.unlabelled());
      write(out, row.mean());
      write(out, row.scatter());
    }
    out.flush();
  }

  private static void write(DataOutputStream out, byte[] bytes) throws IOException {
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  static List<ConceptMomentsRow> read(Relay relay, String name) throws IOException {
    try (DataInputStream in = new DataInputStream(new BufferedInputStream(relay.open(name)))) {
      int count = in.readInt();
      List<ConceptMomentsRow> rows = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        rows.add(
            new ConceptMomentsRow(
                in.readUTF(),
                in.readUTF(),
                in.readInt(),
                in.readLong(),
                in.readLong(),
                in.readNBytes(in.readInt()),
                in.readNBytes(in.readInt())));
      }
      return rows;
    }
  }
}
