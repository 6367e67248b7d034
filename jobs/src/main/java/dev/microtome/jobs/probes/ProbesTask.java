package dev.microtome.jobs.probes;

import dev.microtome.erasure.ConceptTargets;
import dev.microtome.jobs.PartContext;
import dev.microtome.jobs.PartTask;
import dev.microtome.model.Torch;
import dev.microtome.probing.Examples;
import dev.microtome.probing.LogisticProbe;
import dev.microtome.probing.ProbeFile;
import dev.microtome.probing.ProbeScoreRow;
import dev.microtome.probing.ProbeSettings;
import dev.microtome.probing.ProbeTrainer;
import dev.microtome.probing.RegressionScoreRow;
import dev.microtome.probing.RidgePath;
import dev.microtome.probing.RidgePathRow;
import dev.microtome.table.RowWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Fits and scores the probes of a hook point. */
record ProbesTask(HookExamples examples, ProbeSettings settings, ProbeTrainer.Control control)
    implements PartTask<HookPart> {

  @Override
  public long run(HookPart part, PartContext context) throws IOException {
    Torch.threads(context.cores());
    ProbeTrainer trainer = new ProbeTrainer(settings);
    Map<String, ProbeFile.Linear> probes = new HashMap<>();
    Map<String, List<String>> classes = new HashMap<>();
    try (RowWriter<ProbeScoreRow> scores = context.writer(ProbeScoreRow.TABLE, part.hook());
        RowWriter<RidgePathRow> paths = context.writer(RidgePathRow.TABLE, part.hook());
        RowWriter<RegressionScoreRow> regressions =
            context.writer(RegressionScoreRow.TABLE, part.hook())) {
      examples.forEach(
          part,
          context,
          (concept, train, test) -> {
            ConceptTargets targets = concept.targets();
            classes.put(concept.name(), targets.names());
            if (concept.isReal()) {
              ProbeTrainer.Regression fitted = trainer.regression(train, test);
              probes.put(concept.name() + ".regression", ProbeFile.Linear.of(fitted.fit()));
              for (RegressionScoreRow row :
                  RegressionScoreRow.of(
                      part.hook(),
                      concept.name(),
                      targets.names(),
                      train.rows(),
                      test.rows(),
                      fitted)) {
                regressions.write(row);
              }
            } else {
              classify(trainer, part.hook(), concept, train, test, probes, scores, paths);
            }
          });
    }
    write(new ProbeFile(part.hook(), probes, classes), context);
    return examples.concepts().size();
  }

  private void classify(
      ProbeTrainer trainer,
      String hook,
      ConceptColumns concept,
      Examples train,
      Examples test,
      Map<String, ProbeFile.Linear> probes,
      RowWriter<ProbeScoreRow> scores,
      RowWriter<RidgePathRow> paths)
      throws IOException {
    for (ProbeTrainer.Classifier fitted :
        trainer.classifiers(train, test, concept.targets().names(), control)) {
      scores.write(ProbeScoreRow.of(hook, concept.name(), train.rows(), fitted));
      if (fitted.path().isPresent()) {
        for (RidgePath.Candidate each : fitted.path().get().candidates()) {
          paths.write(
              new RidgePathRow(
                  hook, concept.name(), each.c(), each.crossEntropy(), each.accuracy()));
        }
      }
      if (fitted.probe() instanceof LogisticProbe linear) {
        probes.put(concept.name() + "." + fitted.kind(), ProbeFile.Linear.of(linear));
      }
    }
  }

  private static void write(ProbeFile probes, PartContext context) throws IOException {
    Path file = Files.createTempFile("probes", ".safetensors");
    try {
      probes.write(file);
      try (OutputStream out =
          context.artifact(SampleTables.PROBES.name() + "/" + probes.hook() + ".safetensors")) {
        Files.copy(file, out);
      }
    } finally {
      Files.delete(file);
    }
  }
}
