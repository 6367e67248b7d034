package dev.microtome.jobs.probes;

import dev.microtome.jobs.PartOutput;
import dev.microtome.probing.HookFit;
import dev.microtome.probing.LogisticProbe;
import dev.microtome.probing.ProbeFile;
import dev.microtome.probing.ProbeScoreRow;
import dev.microtome.probing.ProbeTrainer;
import dev.microtome.probing.RegressionScoreRow;
import dev.microtome.probing.RidgePath;
import dev.microtome.probing.RidgePathRow;
import dev.microtome.probing.RidgeRegression;
import dev.microtome.table.RowWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Writes the probes of a hook point. */
final class HookProbes {
  private final String hook;
  private final PartOutput output;
  private final RowWriter<ProbeScoreRow> scores;
  private final RowWriter<RidgePathRow> paths;
  private final RowWriter<RegressionScoreRow> regressions;
  private final Map<String, ProbeFile.Linear> probes = new HashMap<>();
  private final Map<String, List<String>> classes = new HashMap<>();

  HookProbes(String hook, PartOutput output) throws IOException {
    this.hook = hook;
    this.output = output;
    scores = output.writer(ProbeScoreRow.TABLE, hook);
    paths = output.writer(RidgePathRow.TABLE, hook);
    regressions = output.writer(RegressionScoreRow.TABLE, hook);
  }

  /** Writes what comes of a concept. */
  void write(HookFit.Fitted fitted) throws IOException {
    String concept = fitted.concept().name();
    classes.put(concept, fitted.concept().names());
    for (ProbeTrainer.Classifier each : fitted.classifiers()) {
      scores.write(ProbeScoreRow.of(hook, concept, fitted.trainRows(), each));
      if (each.path().isPresent()) {
        for (RidgePath.Candidate ridge : each.path().get().candidates()) {
          paths.write(RidgePathRow.of(hook, concept, ridge));
        }
      }
      if (each.probe() instanceof LogisticProbe linear) {
        probes.put(concept + "." + each.kind(), ProbeFile.Linear.of(linear));
      }
    }
    for (ProbeTrainer.Regression each : fitted.regressions()) {
      probes.put(concept + ".regression", ProbeFile.Linear.of(each.fit()));
      for (RidgeRegression.Candidate ridge : each.path()) {
        paths.write(RidgePathRow.of(hook, concept, ridge));
      }
      for (RegressionScoreRow row :
          RegressionScoreRow.of(
              hook,
              concept,
              fitted.concept().names(),
              fitted.trainRows(),
              fitted.testRows(),
              each)) {
        regressions.write(row);
      }
    }
  }

  /** Closes the tables and writes the linear probes. */
  void finish() throws IOException {
    scores.close();
    paths.close();
    regressions.close();
    Path file = Files.createTempFile("probes", ".safetensors");
    try {
      new ProbeFile(hook, probes, classes).write(file);
      try (OutputStream out =
          output.artifact(SampleTables.PROBES.name() + "/" + hook + ".safetensors")) {
        Files.copy(file, out);
      }
    } finally {
      Files.delete(file);
    }
  }
}
