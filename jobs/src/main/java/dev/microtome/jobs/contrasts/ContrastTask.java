package dev.microtome.jobs.contrasts;

import dev.microtome.jobs.PartContext;
import dev.microtome.jobs.PartTask;
import dev.microtome.jobs.labels.LabelShares;
import dev.microtome.model.Torch;
import dev.microtome.probing.ContrastExperiment;
import dev.microtome.probing.ContrastScoreRow;
import dev.microtome.probing.ContrastTryRow;
import dev.microtome.probing.PairSample;
import dev.microtome.probing.PairSideRow;
import dev.microtome.probing.Pairs;
import dev.microtome.probing.ProbeFile;
import dev.microtome.run.RejectedContentException;
import dev.microtome.table.RowReader;
import dev.microtome.table.RowWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Searches the pairs of a hook point.
 *
 * @param pair the concept that names pairs
 * @param shares what activations and labels of pairs may be without each other
 */
record ContrastTask(PairSettings settings, String pair, LabelShares shares)
    implements PartTask<ContrastPart> {

  @Override
  public long run(ContrastPart part, PartContext context) throws IOException {
    Torch.threads(context.cores());
    Unmatched unmatched = requirePairs(part, context);
    PairSample<PairSideRow> sample = new PairSample<>(settings.split().seed(), settings.maxPairs());
    for (String path : part.sides()) {
      try (RowReader<PairSideRow> rows = context.tables().read(path, PairSideRow.class)) {
        rows.forEachRemaining(row -> sample.add(row.pair(), row));
      }
    }
    try {
      search(part.hook(), Pairs.of(sample.rows(), settings.sides()), unmatched, context);
    } catch (IllegalArgumentException e) {
      throw new RejectedContentException(
          "%s, concept '%s': %s".formatted(part.hook(), settings.concept(), e.getMessage()), e);
    }
    return 1;
  }

  /** Activations of no pair, and labels of pairs without an activation. */
  private record Unmatched(long activations, long labels) {}

  private void search(String hook, Pairs pairs, Unmatched unmatched, PartContext context)
      throws IOException {
    ContrastExperiment found =
        ContrastExperiment.run(
            pairs.train(settings.split()),
            pairs.test(settings.split()),
            settings.search(),
            settings.split().seed());
    try (RowWriter<ContrastScoreRow> scores = context.writer(ContrastScoreRow.TABLE, hook)) {
      for (ContrastScoreRow row :
          ContrastScoreRow.of(
              hook, settings.concept(), found, unmatched.activations(), unmatched.labels())) {
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

  private Unmatched requirePairs(ContrastPart part, PartContext context) throws IOException {
    long sides = 0;
    long otherSides = 0;
    long unpaired = 0;
    for (String path : part.counts()) {
      try (RowReader<SideCountRow> rows = context.tables().read(path, SideCountRow.class)) {
        while (rows.hasNext()) {
          SideCountRow row = rows.next();
          sides += row.sides();
          otherSides += row.otherSides();
          unpaired += row.unpaired();
        }
      }
    }
    if (sides == 0) {
      throw new RejectedContentException(
          "%s: none of %,d activations is a side of a pair%s: is the table of labels that of these sequences?"
              .formatted(
                  part.hook(),
                  otherSides + unpaired,
                  settings.sides().isEmpty() ? "" : " " + settings.sides()));
    }
    return new Unmatched(unpaired, shares.require(part.hook(), pair, sides + otherSides, unpaired));
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
