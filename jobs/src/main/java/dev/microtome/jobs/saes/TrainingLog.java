package dev.microtome.jobs.saes;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.microtome.sae.stream.Mixing;
import dev.microtome.sae.stream.RowBatch;
import dev.microtome.sae.training.SaeStep;
import dev.microtome.sae.training.SaeTrainingRow;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

/** What has been logged of SAEs that train together, and the time they took; saved with them. */
final class TrainingLog {
  /** The file beside the states of the SAEs. */
  static final String FILE = "training.json";

  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private final List<SaeTrainingRow> rows = new ArrayList<>();
  private final double[] encoding;
  private Mixing mixing = Mixing.NONE;
  private double reading;
  private double handingOver;
  private double all;
  private long tokensAtRow;
  private double secondsAtRow;

  TrainingLog(int saes) {
    encoding = new double[saes];
  }

  /** What is saved. */
  @SuppressWarnings("ArrayRecordComponent") // written at once
  private record Saved(
      List<SaeTrainingRow> rows,
      double[] encoding,
      Mixing mixing,
      double reading,
      double handingOver,
      double all,
      long tokensAtRow,
      double secondsAtRow) {}

  /** Counts a step's times: of the wait, of each SAE, and of the whole. */
  void add(RowBatch batch, double newReading, double[] newEncoding, double whole) {
    mixing = batch.mixing();
    reading += newReading;
    for (int i = 0; i < encoding.length; i++) {
      encoding[i] += newEncoding[i];
    }
    all += whole;
  }

  /** Counts time spent on weights between rounds. */
  void addHandingOver(double seconds) {
    handingOver += seconds;
    all += seconds;
  }

  /** A log that counts on from this one and has rows of its own. */
  TrainingLog continued() {
    TrainingLog log = new TrainingLog(encoding.length);
    log.resume(saved());
    log.rows.clear();
    return log;
  }

  /** Makes a row of each SAE's step. */
  void log(List<String> names, List<SaeStep> steps, long tokens) {
    double rate = (tokens - tokensAtRow) * (double) names.size() / (all - secondsAtRow);
    for (int i = 0; i < names.size(); i++) {
      rows.add(
          SaeTrainingRow.of(
              names.get(i),
              steps.get(i),
              tokens,
              mixing,
              new SaeTrainingRow.Times(
                  rate,
                  reading,
                  encoding[i],
                  handingOver,
                  all - reading - encoding[i] - handingOver)));
    }
    tokensAtRow = tokens;
    secondsAtRow = all;
  }

  List<SaeTrainingRow> rows() {
    return rows;
  }

  Mixing mixing() {
    return mixing;
  }

  private Saved saved() {
    return new Saved(rows, encoding, mixing, reading, handingOver, all, tokensAtRow, secondsAtRow);
  }

  private void resume(Saved saved) {
    rows.addAll(saved.rows());
    System.arraycopy(saved.encoding(), 0, encoding, 0, encoding.length);
    mixing = saved.mixing();
    reading = saved.reading();
    handingOver = saved.handingOver();
    all = saved.all();
    tokensAtRow = saved.tokensAtRow();
    secondsAtRow = saved.secondsAtRow();
  }

  void write(OutputStream out) throws IOException {
    out.write(MAPPER.writeValueAsBytes(saved()));
  }

  static TrainingLog read(InputStream in) throws IOException {
    Saved saved = MAPPER.readValue(in.readAllBytes(), Saved.class);
    TrainingLog log = new TrainingLog(saved.encoding().length);
    log.resume(saved);
    return log;
  }
}
