package dev.microtome.jobs.contrasts;

import dev.microtome.jobs.PartContext;
import dev.microtome.jobs.PartTask;
import dev.microtome.model.Torch;
import dev.microtome.probing.ContrastExperiment;
import dev.microtome.probing.ContrastScoreRow;
import dev.microtome.probing.ContrastTryRow;
import dev.microtome.probing.PairSample;
import dev.microtome.probing.PairSideRow;
import dev.microtome.probing.Pairs;
import dev.microtome.probing.ProbeCountRow;
import dev.microtome.probing.ProbeFile;
import dev.microtome.run.RejectedContentException;
import dev.microtome.table.RowReader;
import dev.microtome.table.RowWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Searches the pairs of a hook point. */
record ContrastTask(PairSettings settings) implements PartTask<ContrastPart> {

  @Override
  public long run(ContrastPart part, PartContext context) throws IOException {
    Torch.threads(context.cores());
    requirePairs(part, context);
    PairSample<PairSideRow> sample = new PairSample<>(settings.split().seed(), settings.maxPairs());
    for (String path : part.sides()) {
      try (RowReader<PairSideRow> rows = context.tables().read(path, PairSideRow.class)) {
        rows.forEachRemaining(row -> sample.add(row.pair(), row));
      }
    }
    try {
      search(part.hook(), Pairs.of(sample.rows(), settings.sides()), context);
    } catch (IllegalArgumentException e) {
      throw new RejectedContentException(
          "%s, concept '%s': %s".formatted(part.hook(), settings.concept(), e.getMessage()), e);
    }
    return 1;
  }

  private void search(String hook, Pairs pairs, PartContext context) throws IOException {
    ContrastExperiment found =
        ContrastExperiment.run(
            pairs.train(settings.split()),
            pairs.test(settings.split()),
            settings.search(),
            settings.split().seed());
    try (RowWriter<ContrastScoreRow> scores = context.writer(ContrastScoreRow.TABLE, hook)) {
      for (ContrastScoreRow row : ContrastScoreRow.of(hook, settings.concept(), found)) {
        scores.write(row);
      }
    }
    try (RowWriter<ContrastTryRow> tries = context.writer(ContrastTryRow.TABLE, hook)) {
      for (ContrastTryRow row : ContrastTryRow.of(hook, settings.concept(), found)) {
        tries.write(row);
      }
    }
    String concept = settings.concept() + ".";
    write(
        new ProbeFile(
            hook,
            Map.of(
                concept + ContrastScoreRow.SEARCH,
                ProbeFile.Linear.of(found.search().probe()),
                concept + ContrastScoreRow.COMPONENT,
                ProbeFile.Linear.of(found.component().probe())),
            Map.of(settings.concept(), pairs.classes())),
        context);
  }

  private void requirePairs(ContrastPart part, PartContext context) throws IOException {
    long paired = 0;
    long others = 0;
    for (String path : part.counts()) {
      try (RowReader<ProbeCountRow> rows = context.tables().read(path, ProbeCountRow.class)) {
        while (rows.hasNext()) {
          ProbeCountRow row = rows.next();
          paired += row.labelled();
          others += row.unlabelled();
        }
      }
    }
    if (paired == 0) {
      throw new RejectedContentException(
          "%s: none of %,d activations is a side of a pair%s: is the table of labels that of these sequences?"
              .formatted(
                  part.hook(), others, settings.sides().isEmpty() ? "" : " " + settings.sides()));
    }
  }

  private static void write(ProbeFile probes, PartContext context) throws IOException {
    Path file = Files.createTempFile("probes", ".safetensors");
    try {
      probes.write(file);
      try (OutputStream out =
          context.artifact(ContrastTables.PROBES.name() + "/" + probes.hook() + ".safetensors")) {
        Files.copy(file, out);
      }
    } finally {
      Files.delete(file);
    }
  }
}
