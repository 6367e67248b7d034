package dev.microtome.jobs.evaluations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.groups.Tuple.tuple;

import dev.microtome.jobs.JobRun;
import dev.microtome.jobs.KilledJob;
import dev.microtome.jobs.LocalSpark;
import dev.microtome.jobs.inputs.TinySaes;
import dev.microtome.sae.evaluation.DensityHistogramRow;
import dev.microtome.sae.evaluation.SaeEvaluationRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LocalSpark.class)
class EvaluateSaeTest {
  @TempDir private static Path scratch;
  private static Path tokens;
  private static Path saes;

  @TempDir private Path output;

  @BeforeAll
  static void inputs() throws IOException {
    Random random = new Random(4);
    tokens =
        JobRun.tokens(
            IntStream.range(0, 12).mapToObj(i -> random.ints(2 + 5 * i, 3, 512).toArray()).toList(),
            scratch.resolve("tokens"));
    saes = scratch.resolve("saes");
    TinySaes.topK(saes.resolve("small"), 96, 1);
    TinySaes.topK(saes.resolve("large"), 400, 2);
    TinySaes.topK(saes.resolve("mlp"), 64, 3, "blocks.1.hook_mlp_out", "someone/Stories260K-LLAMA");
  }

  @Test
  void metricsOfSaesOfTwoHooksWhateverTheParts() throws IOException {
    JobRun whole = run("sequences-per-part=100").succeeded();
    Map<String, Double> found = metrics(whole);
    Map<String, Double> parts =
        metrics(run("sequences-per-part=5", "saes-together=1", "batch-tokens=100").succeeded());

    assertThat(found).hasSize(3 * 15).containsOnlyKeys(parts.keySet());
    // float32 activations in batches of other shapes; saw 5e-7 of a loss
    found.forEach(
        (key, value) ->
            assertThat(parts.get(key)).as(key).isCloseTo(value, within(1e-4 * Math.abs(value))));
    assertThat(whole.rows(EvaluationTables.METRICS))
        .extracting(
            SaeEvaluationRow::model,
            SaeEvaluationRow::hook,
            SaeEvaluationRow::layer,
            SaeEvaluationRow::architecture)
        .containsOnly(
            tuple("stories260K-llama", TinySaes.HOOK, 2, "topk"),
            tuple("stories260K-llama", "blocks.1.hook_mlp_out", 1, "topk"));
    for (String sae : List.of("small", "large", "mlp")) {
      assertThat(found.get(sae + " tokens")).isEqualTo(12 * 2 + 5 * 66);
      assertThat(found.get(sae + " l0")).isBetween(1.0, 8.0);
      assertThat(found.get(sae + " kl_zero")).isPositive();
      double clean = found.get(sae + " loss_clean");
      double zero = found.get(sae + " loss_zero");
      assertThat(found.get(sae + " loss_recovered"))
          .isCloseTo((zero - found.get(sae + " loss_sae")) / (zero - clean), within(1e-12));
    }
    // More random directions to choose from rebuild more.
    assertThat(found.get("large explained_variance"))
        .isGreaterThan(found.get("small explained_variance"));
    assertThat(whole.rows(EvaluationTables.DENSITIES))
        .extracting(
            DensityHistogramRow::sae,
            DensityHistogramRow::model,
            DensityHistogramRow::hook,
            DensityHistogramRow::layer,
            DensityHistogramRow::architecture)
        .containsOnly(
            tuple("small", "stories260K-llama", TinySaes.HOOK, 2, "topk"),
            tuple("large", "stories260K-llama", TinySaes.HOOK, 2, "topk"),
            tuple("mlp", "stories260K-llama", "blocks.1.hook_mlp_out", 1, "topk"));
    long alive =
        whole.rows(EvaluationTables.DENSITIES).stream()
            .filter(row -> row.sae().equals("large"))
            .mapToLong(row -> row.features())
            .sum();
    assertThat(alive).isEqualTo(Math.round(400 * (1 - found.get("large dead_fraction"))));
  }

  @Test
  void refusesAnSaeOfAnotherModel() throws IOException {
    Path named = TinySaes.topK(scratch.resolve("named"), 64, 1, TinySaes.HOOK, "gpt2-small");
    run("saes=" + named).refusedWith("was made for model 'gpt2-small', model is ");
    run("saes=" + named, "accept-other-model=true", "hook=blocks.2.mlp.hook_post")
        .refusedWith(
            "expects d_in 64, 'blocks.2.mlp.hook_post' of the model holds 172: it was made for another model or hook");
    Path deep =
        TinySaes.topK(
            scratch.resolve("deep"), 64, 1, "blocks.11.hook_resid_pre", "stories260K-llama");
    run("saes=" + deep)
        .refusedWith("was made for another model: hook_name 'blocks.11.hook_resid_pre'");
    run("saes=[" + saes + "," + saes.resolve("small") + "]").refusedWith("two are called 'small'");
    run("saes=" + Files.createDirectories(scratch.resolve("empty")))
        .refusedWith("neither the folder nor one inside it has a cfg.json");
    // The folder of one SAE, within a run that was killed.
    Path killed = scratch.resolve("runs/2026-11-01T02-00-00Z-0000000a");
    TinySaes.topK(killed.resolve("saes/one"), 64, 1);
    Files.writeString(killed.resolve("manifest.json"), "{}");
    run("saes=" + killed.resolve("saes/one"))
        .refusedWith("has no _SUCCESS: it failed, was killed or is still being written");
    run("saes=" + scratch.resolve("runs"))
        .refusedWith("an output folder without a finished run (no file 'latest')");
    Path single = JobRun.tokens(List.of(new int[] {4}), scratch.resolve("single"));
    run("tokens=" + single).refusedWith("no sequence of at least 2 tokens");
    assertThat(output).isEmptyDirectory();
  }

  /** The files count, whatever both are called: checkpoints of a training have one name. */
  @Test
  void refusesAnSaeOfAnotherCheckpoint() throws IOException {
    Path other = TinySaes.topK(scratch.resolve("checkpoint"), 64, 1);
    String name = "\"model_name\": \"stories260K-llama\"";
    edit(other, name, name + ", \"model_sha256\": \"0123456789abcdef01234567\"");

    run("saes=" + other, "--dry-run")
        .refusedWith(
            "checkpoint was made for model stories260K-llama (sha256 0123456789abcdef…), model %s is stories260K-llama (sha256 "
                .formatted(TinySaes.MODEL));
    run("saes=" + other, "--dry-run").refusedWith("accept-other-model = true accepts it");
    run("saes=" + other, "accept-other-model=true", "--dry-run").succeeded();
    assertThat(output).isEmptyDirectory();
  }

  @Test
  void refusesFoldersThatAreNoSaes() throws IOException {
    Path unknown = TinySaes.topK(scratch.resolve("unknown"), 64, 1);
    edit(unknown, "\"topk\"", "\"dense\"");
    run("saes=" + unknown).refusedWith("architecture");
    run("saes=" + unknown).refusedWith("'dense'");
    Path greedy = TinySaes.topK(scratch.resolve("greedy"), 64, 1);
    edit(greedy, "\"k\": 8", "\"k\": 65");
    run("saes=" + greedy).refusedWith("k is 65");
    // Weights of another size than cfg.json says, and none: the plan looks at the file's header.
    Path other = TinySaes.topK(scratch.resolve("other"), 64, 1);
    edit(other, "\"d_sae\": 64", "\"d_sae\": 65");
    run("saes=" + other, "--dry-run").refusedWith("cfg.json implies [64, 65]");
    Path empty = TinySaes.topK(scratch.resolve("without"), 64, 1);
    Files.delete(empty.resolve("sae_weights.safetensors"));
    run("saes=" + empty, "--dry-run")
        .refusedWith(
            "has neither sae_weights.safetensors (SAELens) nor sae.safetensors (sparsify)");
    assertThat(output).isEmptyDirectory();
  }

  private static void edit(Path sae, String from, String to) throws IOException {
    Path config = sae.resolve("cfg.json");
    String text = Files.readString(config);
    assertThat(text).contains(from);
    Files.writeString(config, text.replace(from, to));
  }

  /** Killed in a part and before the merge; what was finished by then is kept. */
  @Test
  void aKilledRunEndsWithTheSameBytes() throws IOException {
    List<String> cut = List.of("sequences-per-part=3", "saes-together=2");
    run(cut.toArray(String[]::new)).succeeded();

    Path killed = scratch.resolve("killed");
    List<String> all = arguments(cut);
    // SAEs of two hooks, four parts each; of two tasks at a time the last is begun after others.
    KilledJob.dieIn(KilledJob.PARTS, 7);
    JobRun first = JobRun.of("killed-evaluate-sae", killed, all);
    KilledJob.dieBefore("merge");
    JobRun second = JobRun.of("killed-evaluate-sae", killed, all);
    KilledJob.live();
    JobRun last = JobRun.of("killed-evaluate-sae", killed, all).succeeded();

    assertThat(first.code()).isEqualTo(3);
    assertThat(first.err()).contains("killed at parts");
    assertThat(second.err()).contains("killed at merge");
    assertThat(second.out()).contains("Resuming run ").containsPattern("[1-7] of 8 parts");
    assertThat(last.out()).contains("8 of 8 parts are finished");
    JobRun.assertSame(JobRun.written(killed), JobRun.written(output));
  }

  private JobRun run(String... sets) {
    return JobRun.of("evaluate-sae", output, arguments(List.of(sets)));
  }

  private static List<String> arguments(List<String> sets) {
    List<String> all =
        new ArrayList<>(List.of("model=" + TinySaes.MODEL, "saes=" + saes, "tokens=" + tokens));
    all.addAll(sets);
    return all;
  }

  private static Map<String, Double> metrics(JobRun run) throws IOException {
    Map<String, Double> metrics = new HashMap<>();
    run.rows(EvaluationTables.METRICS)
        .forEach(row -> metrics.put(row.sae() + " " + row.metric(), row.value()));
    return metrics;
  }
}
