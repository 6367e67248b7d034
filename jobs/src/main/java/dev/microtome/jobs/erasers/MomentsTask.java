package dev.microtome.jobs.erasers;

import dev.microtome.erasure.ConceptMoments;
import dev.microtome.erasure.ConceptSum;
import dev.microtome.erasure.ConceptTargets;
import dev.microtome.jobs.PartContext;
import dev.microtome.jobs.PartTask;
import dev.microtome.jobs.labels.ActivationSource;
import dev.microtome.jobs.labels.LabelledReader;
import dev.microtome.jobs.labels.LabelledSlices;
import dev.microtome.jobs.labels.MomentsFile;
import dev.microtome.jobs.labels.Unlabelled;
import dev.microtome.table.RowWriter;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Sums up the activations of a part with their labels, by hook point and concept. */
record MomentsTask(
    LabelledReader reader,
    List<ConceptTargets> targets,
    Unlabelled unlabelled,
    ConceptSum.Kind kind)
    implements PartTask<LabelledSlices> {

  @Override
  public long run(LabelledSlices part, PartContext context) throws IOException {
    Map<String, List<ConceptSum>> sums = new LinkedHashMap<>();
    long rows = reader.forEach(part, context, (row, token, values) -> add(row, values, sums));
    int files = 0;
    try (RowWriter<MomentsRow> writer = context.writer(FitTables.MOMENTS, "")) {
      for (Map.Entry<String, List<ConceptSum>> hook : sums.entrySet()) {
        for (ConceptSum sum : hook.getValue()) {
          List<Optional<ConceptMoments>> all = sum.moments(hook.getKey());
          for (int number = 0; number < all.size(); number++) {
            if (all.get(number).isPresent()) {
              ConceptMoments moments = all.get(number).get();
              String file = "%s/%d/%d".formatted(FitTables.FOLDER, context.index(), files);
              MomentsFile.write(context.relay(), file, moments);
              writer.write(new MomentsRow(hook.getKey(), moments.concept(), number, file));
              files++;
            }
          }
        }
      }
    }
    return rows;
  }

  private void add(
      ActivationSource.ArrayRow row,
      List<List<String>> values,
      Map<String, List<ConceptSum>> sums) {
    List<ConceptSum> concepts =
        sums.computeIfAbsent(
            row.hook(),
            unused ->
                targets.stream()
                    .map(each -> ConceptSum.of(each, row.activation().length, kind))
                    .toList());
    for (int i = 0; i < concepts.size(); i++) {
      concepts.get(i).add(row.activation(), unlabelled.label(values.get(i), targets.get(i)));
    }
  }
}
