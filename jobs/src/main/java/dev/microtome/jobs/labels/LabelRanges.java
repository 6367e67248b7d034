package dev.microtome.jobs.labels;

import dev.microtome.jobs.JobContext;
import dev.microtome.jobs.PartContext;
import dev.microtome.jobs.PartTask;
import dev.microtome.jobs.Plan;
import dev.microtome.jobs.TableInput;
import dev.microtome.jobs.inputs.TokenSlices;
import dev.microtome.table.RowWriter;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Labels by ranges of sequences. Where a table of labels is sorted by sequence_id, a part finds its
 * labels by the statistics of row groups. Where it is not, or its row groups are far larger than a
 * part, every part would read all of it: then one pass over the table writes each label to a file
 * of its range first, and a part reads the files that meet its sequences.
 */
final class LabelRanges {
  /** A part reads at most two ranges more than it needs. */
  private static final int RANGES_PER_PART = 2;

  /** Files that a task has open. */
  private static final int MAX_RANGES = 256;

  private static final int ROWS_PER_TASK = 1 << 20;

  /** Each leaves a file a range. */
  private static final int MAX_TASKS = 64;

  /** Reading the table so often costs less than a stage that writes it. */
  private static final int PASSES = 4;

  /** What is read meanwhile by a stage that does nothing. */
  private static final long FEW_ROWS = 1 << 15;

  private LabelRanges() {}

  /** Where the labels of each part stand, and how they are read. */
  record Found(LabelTable labels, List<TokenSlices> byPart) {}

  /**
   * Finds the labels of parts.
   *
   * @param sequences of each part
   * @param places where its labels may be in the table as it is
   */
  static Found find(
      LabelTable labels,
      List<TableInput.TableFile> files,
      List<SequenceRange> sequences,
      List<TokenSlices> places,
      JobContext context) {
    long rows = files.stream().mapToLong(TableInput.TableFile::rows).sum();
    long read = places.stream().mapToLong(LabelRanges::rows).sum();
    if (read <= PASSES * rows || read - rows <= FEW_ROWS) {
      return new Found(labels, places);
    }
    RangesTask task =
        new RangesTask(
            labels,
            new SequenceRange(
                sequences.stream().mapToLong(SequenceRange::first).min().orElseThrow(),
                sequences.stream().mapToLong(SequenceRange::last).max().orElseThrow()),
            Math.min(MAX_RANGES, RANGES_PER_PART * places.size()));
    int rowsPerTask = Math.max(ROWS_PER_TASK, Math.toIntExact((rows + MAX_TASKS - 1) / MAX_TASKS));
    context.runStage(
        "label_ranges",
        new Plan<>(TokenSlices.cut(files, rowsPerTask), "labels", rows, -1, -1),
        task);
    LabelPlaces inRanges =
        LabelPlaces.of(context.written(LabelTables.RANGES).files(), context.tables());
    return new Found(labels.inRanges(), sequences.stream().map(inRanges::of).toList());
  }

  private static long rows(TokenSlices slices) {
    return slices.slices().stream().mapToLong(slice -> slice.to() - slice.from()).sum();
  }

  /**
   * Writes the labels of a part to files of their ranges. Those of sequences that no part has are
   * left out.
   *
   * @param all the sequences of all parts
   */
  private record RangesTask(LabelTable labels, SequenceRange all, int ranges)
      implements PartTask<TokenSlices> {

    @Override
    public long run(TokenSlices part, PartContext context) throws IOException {
      Map<Integer, RowWriter<RangedLabelRow>> writers = new TreeMap<>();
      for (TokenSlices.Slice slice : part.slices()) {
        labels.read(
            context.tables(),
            slice.path(),
            slice.from(),
            slice.to(),
            (place, concept, values) -> {
              long sequenceId = place.sequenceId();
              if (concept < 0 || sequenceId < all.first() || sequenceId > all.last()) {
                return;
              }
              int range = range(sequenceId);
              RowWriter<RangedLabelRow> writer = writers.get(range);
              if (writer == null) {
                writer = context.writer(LabelTables.RANGES, "%04d".formatted(range));
                writers.put(range, writer);
              }
              writer.write(
                  new RangedLabelRow(sequenceId, place.position(), place.token(), concept, values));
            });
      }
      for (RowWriter<RangedLabelRow> writer : writers.values()) {
        writer.close();
      }
      return rows(part);
    }

    /** Ids further on are in no range before; of doubles, for all longs may be between them. */
    private int range(long sequenceId) {
      double share = ((double) sequenceId - all.first()) / ((double) all.last() - all.first() + 1);
      return (int) Math.min(ranges - 1, share * ranges);
    }
  }
}
