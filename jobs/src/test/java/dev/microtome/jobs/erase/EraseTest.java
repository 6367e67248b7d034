package dev.microtome.jobs.erase;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.microtome.activations.ActivationArrayRow;
import dev.microtome.activations.ActivationCodec;
import dev.microtome.activations.ActivationRow;
import dev.microtome.erasure.EraserFile;
import dev.microtome.erasure.LeaceEraser;
import dev.microtome.jobs.ConfFile;
import dev.microtome.jobs.JobRun;
import dev.microtome.jobs.LocalSpark;
import dev.microtome.jobs.probes.ProbeTables;
import dev.microtome.run.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The job through the command line, after fit-leace; and the same erasers in a model's pass. */
@ExtendWith(LocalSpark.class)
class EraseTest {
  @TempDir private Path folder;

  @Test
  void theFileDocumentsTheRecord() throws IOException {
    List<String> required = List.of("activations=a", "erasers=e", "concept=gender");
    ConfFile.assertDocuments("erase", EraseConfig.class, required);
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(
            () ->
                ConfFile.read(
                    EraseConfig.class,
                    List.of("activations=a", "erasers=e", "concept=g", "rows-per-part=0")))
        .withMessageContaining("rows-per-part: invalid value 0: must be at least 1");
  }

  @Test
  void everyRowIsWhatTheEraserMakesOfIt() throws IOException {
    ProbeTables tables = new ProbeTables(folder);
    Path activations = tables.activations("a", row -> row);
    Path labels = tables.labels("l", row -> true);
    JobRun.of(
            "fit-leace",
            folder.resolve("erasers"),
            List.of("activations=" + activations, "labels=" + labels, "concepts=[mood]"))
        .succeeded();
    JobRun run = erase("out", activations, "concept=mood", "rows-per-part=500").succeeded();

    List<ActivationArrayRow> rows = run.rows(Erase.ARRAY);
    assertThat(rows).hasSize(2 * ProbeTables.SEQUENCES * ProbeTables.POSITIONS);
    for (String hook : List.of(ProbeTables.TOLD, ProbeTables.NOISE)) {
      LeaceEraser eraser = eraser(hook);
      List<ActivationArrayRow> found =
          rows.stream().filter(row -> row.hook().equals(hook)).toList();
      List<ProbeTables.Example> expected =
          ProbeTables.examples().stream().filter(row -> row.hook().equals(hook)).toList();
      assertThat(found).hasSameSizeAs(expected);
      for (int i = 0; i < found.size(); i++) {
        ProbeTables.Example example = expected.get(i);
        assertThat(found.get(i).sequenceId()).isEqualTo(example.sequence());
        assertThat(found.get(i).position()).isEqualTo(example.position());
        // A batch's product sums in another order than a row's, in float64.
        assertThat(found.get(i).activation())
            .containsExactly(eraser.apply(example.x()), within(1e-6f));
      }
    }
    JobRun one = erase("one", activations, "concept=mood", "hooks=[hook_embed]").succeeded();
    assertThat(one.rows(Erase.ARRAY)).hasSize(720).allMatch(row -> row.hook().equals("hook_embed"));

    erase("other", activations, "concept=gender", "--dry-run")
        .refusedWith("erase [mood], not 'gender'");
    Path nan =
        tables.activations(
            "nan",
            row -> {
              if (row.sequence() == 7) {
                row.x()[2] = Float.NaN;
              }
              return row;
            });
    erase("rejected", nan, "concept=mood")
        .refusedWith("sequence_id 7, position 0: number 2 is NaN");
    // No run on these activations can end otherwise: there is nothing to resume.
    assertThat(folder.resolve("rejected")).doesNotExist();
    erase("missing", activations, "concept=mood", "hooks=[blocks.0.hook_mlp_out]")
        .refusedWith(
            "neither the folder nor one inside it has a blocks.0.hook_mlp_out.safetensors");
  }

  /** An eraser in the pass stores what the job makes of stored activations, and no others move. */
  @Test
  void erasesInTheModelsPassAsInTheTable() throws IOException {
    Path model = Path.of("../common/src/test/resources/golden/models/gpt2");
    Path tokens =
        JobRun.tokens(
            List.of(
                new int[] {1, 2, 3, 4, 5},
                new int[] {9, 8, 7},
                new int[] {20, 30, 40, 50, 60, 70},
                new int[] {5, 4, 3, 2}),
            folder.resolve("tokens"));
    String hook = "blocks.1.hook_resid_pre";
    List<String> collect =
        List.of(
            "model=" + model,
            "tokens=" + tokens,
            "accept-other-tokenizer=true",
            "hooks=[blocks.0.hook_resid_pre," + hook + ",blocks.1.hook_resid_post]");
    JobRun clean = JobRun.of("collect-activations", folder.resolve("clean"), collect).succeeded();
    JobRun.of(
            "fit-leace",
            folder.resolve("erasers"),
            List.of(
                "activations=" + folder.resolve("clean"),
                "concepts=[token_id]",
                "real-valued=[token_id]",
                "hooks=[" + hook + "]"))
        .succeeded();
    erase("all", folder.resolve("clean"), "concept=token_id", "--dry-run")
        .refusedWith(
            "none is of blocks.0.hook_resid_pre, blocks.1.hook_resid_post; hooks = ["
                + hook
                + "] writes those that there are erasers of");
    JobRun table =
        erase("out", folder.resolve("clean"), "concept=token_id", "hooks=[" + hook + "]")
            .succeeded();
    JobRun pass =
        JobRun.of(
                "collect-activations",
                folder.resolve("pass"),
                List.of(
                    collect.get(0),
                    collect.get(1),
                    collect.get(2),
                    collect.get(3),
                    "erasers=" + folder.resolve("erasers"),
                    "erase-concept=token_id",
                    "erase-hooks=[" + hook + "]"))
            .succeeded();

    assertSame(of(hook, pass), of(hook, table), 2e-5f); // float32 factors, values of size 1
    assertSame(of("blocks.0.hook_resid_pre", pass), of("blocks.0.hook_resid_pre", clean), 0);
    assertThat(largestDifference(of(hook, pass), of(hook, clean))).isGreaterThan(0.01f);
    assertThat(
            largestDifference(
                of("blocks.1.hook_resid_post", pass), of("blocks.1.hook_resid_post", clean)))
        .isGreaterThan(0.01f);
  }

  /** Of the same width: nothing but what the files say of their model tells them apart. */
  @Test
  void refusesErasersOfAnotherModel() throws IOException {
    Path model = Path.of("../common/src/test/resources/golden/models/gpt2");
    Path other = folder.resolve("gpt2-later/step-20");
    Files.createDirectories(other);
    for (String name : List.of("config.json", "model.safetensors")) {
      byte[] bytes = Files.readAllBytes(model.resolve(name));
      if (name.endsWith("safetensors")) {
        bytes[bytes.length - 1] ^= (byte) 0x80; // the sign of the last weight
      }
      Files.write(other.resolve(name), bytes);
    }
    Path tokens =
        JobRun.tokens(
            List.of(new int[] {1, 2, 3, 4, 5}, new int[] {20, 30, 40, 50, 60, 70}),
            folder.resolve("tokens"));
    collect("clean", model, tokens).succeeded();
    String hook = "blocks.1.hook_resid_pre";
    JobRun.of(
            "fit-leace",
            folder.resolve("erasers"),
            List.of(
                "activations=" + folder.resolve("clean"),
                "concepts=[token_id]",
                "real-valued=[token_id]"))
        .succeeded();
    String[] inPass = {
      "erasers=" + folder.resolve("erasers"), "erase-concept=token_id", "erase-hooks=[" + hook + "]"
    };
    List<String> losses =
        new ArrayList<>(
            List.of(
                "checkpoints=[" + model + ", " + other + "]",
                "tokens=" + tokens,
                "accept-other-tokenizer=true"));
    losses.addAll(List.of(inPass));
    Path later = folder.resolve("later");
    collect("later", other, tokens).succeeded();
    List<String> evaluate =
        List.of(
            "activations=" + later,
            "erasers=" + folder.resolve("erasers"),
            "concepts=[token_id]",
            "--dry-run");
    for (JobRun run :
        List.of(
            collect("pass", other, tokens, inPass),
            JobRun.of("token-losses", folder.resolve("losses"), losses),
            JobRun.of("evaluate-erasure", folder.resolve("evaluated"), evaluate),
            erase("out", later, "concept=token_id"))) {
      run.refusedWith(": fitted to activations of model gpt2 (sha256 ");
      run.refusedWith(", these are of gpt2-later step-20 (sha256 ");
    }
    assertThat(folder.resolve("losses")).doesNotExist();

    String accepted = "accept-other-model=true";
    erase("out", later, "concept=token_id", accepted).succeeded();
    losses.add(accepted);
    JobRun.of("token-losses", folder.resolve("losses"), losses).succeeded();
    // What erases keeps the name of its model.
    erase("again", folder.resolve("out"), "concept=token_id")
        .refusedWith("of gpt2-later step-20 (");
  }

  private JobRun collect(String output, Path model, Path tokens, String... sets) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "model=" + model,
                "tokens=" + tokens,
                "accept-other-tokenizer=true",
                "hooks=[blocks.1.hook_resid_pre]"));
    all.addAll(List.of(sets));
    return JobRun.of("collect-activations", folder.resolve(output), all);
  }

  private static List<float[]> of(String hook, JobRun run) throws IOException {
    return run.rows(Erase.BINARY).stream()
        .filter(row -> row.hook().equals(hook))
        .map(ActivationRow::activation)
        .map(ActivationCodec.FLOAT32::decode)
        .toList();
  }

  private static void assertSame(List<float[]> found, List<float[]> expected, float tolerance) {
    assertThat(found).hasSameSizeAs(expected).hasSize(18);
    assertThat(largestDifference(found, expected)).isLessThanOrEqualTo(tolerance);
  }

  private static float largestDifference(List<float[]> found, List<float[]> expected) {
    float largest = 0;
    for (int i = 0; i < found.size(); i++) {
      for (int j = 0; j < found.get(i).length; j++) {
        largest = Math.max(largest, Math.abs(found.get(i)[j] - expected.get(i)[j]));
      }
    }
    return largest;
  }

  private JobRun erase(String output, Path activations, String... sets) {
    List<String> all = new ArrayList<>(List.of(sets));
    all.add("activations=" + activations);
    all.add("erasers=" + folder.resolve("erasers"));
    return JobRun.of("erase", folder.resolve(output), all);
  }

  private LeaceEraser eraser(String hook) throws IOException {
    Path runs = folder.resolve("erasers");
    return EraserFile.read(
            runs.resolve(Files.readString(runs.resolve("latest")).strip())
                .resolve("erasers/" + hook + ".safetensors"))
        .erasers()
        .get("mood");
  }
}
