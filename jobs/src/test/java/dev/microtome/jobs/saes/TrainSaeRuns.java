package dev.microtome.jobs.saes;

import dev.microtome.jobs.JobRun;
import dev.microtome.run.Digest;
import dev.microtome.run.LocalFileStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/**
 * 60 × 64 activations of stories260K at two hook points, and train-sae through the command line.
 */
abstract class TrainSaeRuns {
  static final Path MODEL =
      Path.of("../common/src/test/resources/golden/real-models/stories260K-llama");
  static final String POST = "blocks.2.mlp.hook_post";
  static final String RESID = "blocks.2.hook_resid_post";
  static final List<String> SMALL =
      List.of(
          "sae.batch-size=64",
          "sae.expansion=2",
          "sae.k=8",
          "sae.learning-rate=0.003",
          "sae.dead-after-tokens=2000",
          "buffer=512",
          "evaluation-tokens=640",
          "log-every=5");

  @TempDir static Path inputs;

  @TempDir Path folder;

  @BeforeAll
  static void collect() {
    Random random = new Random(1);
    JobRun.tokens(
        Stream.generate(() -> random.ints(64, 3, 512).toArray()).limit(60).toList(),
        inputs.resolve("tokens"));
    JobRun.of(
            "collect-activations",
            inputs.resolve("activations"),
            List.of(
                "model=" + MODEL,
                "tokens=" + inputs.resolve("tokens"),
                "hooks=[" + POST + "," + RESID + "]",
                "sequences-per-part=20"))
        .succeeded();
  }

  List<String> with(String... more) {
    List<String> all = new ArrayList<>(SMALL);
    all.addAll(List.of(more));
    return all;
  }

  JobRun train(String output, String... more) {
    List<String> all = new ArrayList<>();
    all.add("activations=" + inputs.resolve("activations"));
    all.addAll(with(more));
    return JobRun.of("train-sae", folder.resolve(output), all);
  }

  /** The folder of SAEs of the newest run. */
  Path saes(String output) throws IOException {
    Path run = folder.resolve(output);
    return run.resolve(Files.readString(run.resolve("latest")).strip()).resolve(TrainSae.SAES);
  }

  /** Digests of the files in the newest run's folder of SAEs. */
  Map<String, String> files(String output) throws IOException {
    Map<String, String> files = new TreeMap<>();
    Path saes = saes(output);
    try (Stream<Path> all = Files.walk(saes)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        files.put(
            saes.relativize(file).toString(), Digest.of(new LocalFileStore(), file.toString()));
      }
    }
    return files;
  }
}
