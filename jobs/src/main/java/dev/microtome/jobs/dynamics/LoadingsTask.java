package dev.microtome.jobs.dynamics;

import dev.microtome.dynamics.LargestLoadingRow;
import dev.microtome.dynamics.LossColumnRow;
import dev.microtome.dynamics.LossPcaLoadingRow;
import dev.microtome.jobs.PartContext;
import dev.microtome.jobs.PartTask;
import dev.microtome.linalg.Matrix;
import dev.microtome.stats.LargestLoadings;
import dev.microtome.stats.Pca;
import dev.microtome.table.RowReader;
import dev.microtome.table.RowWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The second pass: what the tokens of a file of columns count in the components. */
final class LoadingsTask {
  private LoadingsTask() {}

  /** Finds the largest loadings of a part, which fix the signs. */
  record Largest(Pca pca) implements PartTask<String> {
    @Override
    public long run(String file, PartContext context) throws IOException {
      LargestLoadings largest = LargestLoadings.ofComponents(pca.components());
      long tokens = forEachBlock(pca, file, context, (columns, loadings) -> largest.add(loadings));
      try (RowWriter<LargestLoadingRow> rows = context.writer(LossPcaTables.LARGEST, "")) {
        for (int component = 0; component < pca.components(); component++) {
          rows.write(new LargestLoadingRow(component, largest.value(component)));
        }
      }
      return tokens;
    }
  }

  /** Writes the loadings of a part. */
  record Write(Pca pca) implements PartTask<String> {
    @Override
    public long run(String file, PartContext context) throws IOException {
      try (RowWriter<LossPcaLoadingRow> rows = context.writer(LossPcaTables.LOADINGS, "")) {
        return forEachBlock(
            pca,
            file,
            context,
            (columns, loadings) -> {
              for (int i = 0; i < columns.size(); i++) {
                LossColumnRow column = columns.get(i);
                for (int component = 0; component < pca.components(); component++) {
                  rows.write(
                      new LossPcaLoadingRow(
                          component,
                          column.sequenceId(),
                          column.position(),
                          column.tokenId(),
                          loadings.at(component, i)));
                }
              }
            });
      }
    }
  }

  /** Takes columns and their loadings, [components, columns]. */
  private interface Action {
    void accept(List<LossColumnRow> columns, Matrix loadings) throws IOException;
  }

  private static long forEachBlock(Pca pca, String file, PartContext context, Action action)
      throws IOException {
    int width = LossColumnRow.blockColumns(pca.rows());
    long tokens = 0;
    try (RowReader<LossColumnRow> reader = context.tables().read(file, LossColumnRow.class)) {
      while (reader.hasNext()) {
        List<LossColumnRow> columns = new ArrayList<>();
        while (columns.size() < width && reader.hasNext()) {
          columns.add(reader.next());
        }
        action.accept(columns, pca.loadings(LossColumnRow.block(columns, pca.rows())));
        tokens += columns.size();
        context.progress(tokens);
      }
    }
    return tokens;
  }
}
