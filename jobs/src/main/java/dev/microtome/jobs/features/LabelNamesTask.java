package dev.microtome.jobs.features;

import dev.microtome.jobs.PartContext;
import dev.microtome.jobs.PartTask;
import dev.microtome.jobs.inputs.TokenSlices;
import dev.microtome.sae.evaluation.TokenLabel;
import dev.microtome.table.RowWriter;
import java.io.IOException;
import java.util.Set;
import java.util.TreeSet;

/**
 * Finds the concepts in a part of the labels.
 *
 * @param valued concepts whose values are wanted too; those of another may be as many as its labels
 */
record LabelNamesTask(LabelSource labels, Set<String> valued) implements PartTask<TokenSlices> {
  LabelNamesTask {
    valued = Set.copyOf(valued);
  }

  @Override
  public long run(TokenSlices part, PartContext context) throws IOException {
    Set<TokenLabel> found = new TreeSet<>();
    long rows = 0;
    for (TokenSlices.Slice slice : part.slices()) {
      labels.read(
          slice.path(),
          slice.from(),
          slice.to(),
          context.tables(),
          row ->
              found.add(
                  new TokenLabel(
                      row.concept(), valued.contains(row.concept()) ? row.value() : "")));
      rows += slice.to() - slice.from();
      context.progress(rows);
    }
    try (RowWriter<TokenLabel> writer = context.writer(FeatureTables.LABEL_NAMES, "")) {
      for (TokenLabel label : found) {
        writer.write(label);
      }
    }
    return rows;
  }
}
