package dev.microtome.jobs.dynamics;

import dev.microtome.dynamics.LossColumnRow;
import dev.microtome.dynamics.LossColumns;
import dev.microtome.dynamics.LossGramRow;
import dev.microtome.dynamics.ModelStep;
import dev.microtome.dynamics.TokenLossRow;
import dev.microtome.dynamics.TokenSelection;
import dev.microtome.jobs.PartContext;
import dev.microtome.jobs.PartTask;
import dev.microtome.stats.PcaFitter;
import dev.microtome.table.RowReader;
import dev.microtome.table.RowWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Gathers the columns of a part and sums up what they add to the Gram matrix. */
record ColumnsTask(List<ModelStep> checkpoints, TokenSelection selection)
    implements PartTask<LossPcaPart> {
  ColumnsTask {
    checkpoints = List.copyOf(checkpoints);
  }

  @Override
  public long run(LossPcaPart part, PartContext context) throws IOException {
    LossColumns columns = new LossColumns(checkpoints);
    long losses = 0;
    for (LossPcaPart.Slice slice : part.slices()) {
      try (RowReader<TokenLossRow> rows =
          context.tables().read(slice.path(), TokenLossRow.class, slice.from(), slice.to())) {
        while (rows.hasNext()) {
          TokenLossRow row = rows.next();
          if (part.smallest() <= row.sequenceId() && row.sequenceId() <= part.largest()) {
            columns.add(row, slice.path());
            losses++;
          }
        }
      }
      context.progress(losses);
    }
    List<LossColumnRow> chosen = new ArrayList<>();
    columns.forEach(selection, chosen::add);
    write(chosen, context);
    return losses;
  }

  private void write(List<LossColumnRow> columns, PartContext context) throws IOException {
    int rows = checkpoints.size();
    PcaFitter fitter = PcaFitter.ofRows(rows);
    int width = LossColumnRow.blockColumns(rows);
    for (int from = 0; from < columns.size(); from += width) {
      List<LossColumnRow> block = columns.subList(from, Math.min(columns.size(), from + width));
      fitter.add(LossColumnRow.block(block, rows));
    }
    try (RowWriter<LossGramRow> grams = context.writer(LossPcaTables.GRAMS, "")) {
      grams.write(LossGramRow.of(fitter));
    }
    try (RowWriter<LossColumnRow> writer = context.writer(LossPcaTables.COLUMNS, "")) {
      for (LossColumnRow column : columns) {
        writer.write(column);
      }
    }
  }
}
