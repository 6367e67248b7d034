package dev.microtome.jobs.features;

import dev.microtome.jobs.PartContext;
import dev.microtome.jobs.PartTask;
import dev.microtome.jobs.inputs.TokenSlices;
import dev.microtome.sae.evaluation.FeatureSurvey;
import dev.microtome.sae.evaluation.FeatureSurveyRow;
import dev.microtome.table.RowWriter;
import dev.microtome.text.TokenSequence;
import java.io.IOException;
import java.util.List;

/** The first pass: how often and how strongly features fire in a block of sequences. */
record SurveyTask(FeaturePass pass, int examples) implements PartTask<TokenSlices> {

  @Override
  public long run(TokenSlices part, PartContext context) throws IOException {
    List<FeatureSurvey> surveys =
        pass.sources().stream()
            .map(source -> FeatureSurvey.of(source.features(), examples))
            .toList();
    List<TokenSequence> sequences = pass.sequences(part, context);
    pass.read(sequences, context, (index, sequence, features) -> surveys.get(index).add(features));
    try (RowWriter<FeatureSurveyRow> writer = context.writer(FeatureTables.SURVEYS, "")) {
      for (int i = 0; i < surveys.size(); i++) {
        writer.write(surveys.get(i).row(pass.sources().get(i).name()));
      }
    }
    return sequences.size();
  }
}
