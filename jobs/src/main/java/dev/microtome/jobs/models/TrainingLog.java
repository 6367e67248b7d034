package dev.microtome.jobs.models;

import dev.microtome.training.TrainingRow;
import dev.microtome.training.TrainingStep;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

/** The steps of a training so far, which are rows once it ends. */
final class TrainingLog {
  /** A step, and the time of all steps up to it. */
  private record Entry(TrainingStep step, double seconds) {}

  private final List<Entry> entries = new ArrayList<>();
  private boolean diverged;

  void add(TrainingStep step, double seconds) {
    double before = entries.isEmpty() ? 0 : entries.get(entries.size() - 1).seconds();
    entries.add(new Entry(step, before + seconds));
  }

  /** Says that no further step is possible and that the last one's weights were written. */
  void diverged() {
    diverged = true;
  }

  boolean hasDiverged() {
    return diverged;
  }

  List<TrainingRow> rows(String model) {
    return entries.stream()
        .map(entry -> TrainingRow.of(model, entry.step(), entry.seconds()))
        .toList();
  }

  void write(OutputStream stream) throws IOException {
    DataOutputStream out = new DataOutputStream(new BufferedOutputStream(stream));
    out.writeInt(entries.size());
    for (Entry entry : entries) {
      out.writeLong(entry.step().step());
      out.writeLong(entry.step().tokens());
      out.writeDouble(entry.step().lossNats());
      out.writeDouble(entry.step().learningRate());
      out.writeDouble(entry.step().gradientNorm());
      out.writeDouble(entry.seconds());
    }
    out.writeBoolean(diverged);
    out.flush();
  }

  static TrainingLog read(InputStream stream) throws IOException {
    DataInputStream in = new DataInputStream(new BufferedInputStream(stream));
    TrainingLog log = new TrainingLog();
    int count = in.readInt();
    for (int i = 0; i < count; i++) {
      TrainingStep step =
          new TrainingStep(
              in.readLong(), in.readLong(), in.readDouble(), in.readDouble(), in.readDouble());
      log.entries.add(new Entry(step, in.readDouble()));
    }
    log.diverged = in.readBoolean();
    return log;
  }
}
