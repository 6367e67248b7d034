package dev.microtome.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.List;

/**
 * The record of a finished part, {@code parts/00007.json}: written after the part's files are in
 * place, so that a part with a record is done and one without is not.
 *
 * @param part position in the plan
 * @param files what the part wrote, in the order of their paths
 * @param units units of work done, in the plan's unit
 * @param seconds wall time of the attempt that counts
 * @param attempt number of that attempt, from 0, as Spark counts
 * @param executor where it ran
 */
public record PartRecord(
    int part, List<DataFile> files, long units, double seconds, int attempt, String executor) {
  public PartRecord {
    files = List.copyOf(files);
  }

  /** Name of the record's file inside {@code parts/}. */
  String fileName() {
    return fileName(part);
  }

  static String fileName(int part) {
    return "%05d.json".formatted(part);
  }

  String json() {
    return Json.pretty(this);
  }

  static PartRecord parse(String json) throws JsonProcessingException {
    return Json.read(json, PartRecord.class);
  }
}
