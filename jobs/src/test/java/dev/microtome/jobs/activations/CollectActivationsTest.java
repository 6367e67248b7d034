package dev.microtome.jobs.activations;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.microtome.activations.ActivationArrayRow;
import dev.microtome.activations.ActivationCodec;
import dev.microtome.model.ActivationCache;
import dev.microtome.model.ForwardPass;
import dev.microtome.model.HookPoint;
import dev.microtome.model.HookedTransformer;
import dev.microtome.model.TokenBatch;
import dev.microtome.model.load.ModelFiles;
import dev.microtome.text.TokenSequence;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.junit.jupiter.api.Test;

/** What the job writes. */
class CollectActivationsTest extends ActivationRuns {
  @Test
  void rowsEqualTheModelRunSequenceBySequence() throws IOException {
    assertThat(collect(HOOKS)).as(refused()).isZero();

    Map<String, float[]> rows = floats(binaryRows(), ActivationCodec.FLOAT32);
    double largest = 0;
    int expected = 0;
    try (NDManager manager = NDManager.newBaseManager();
        HookedTransformer model = HookedTransformer.load(ModelFiles.open(MODEL), manager)) {
      List<HookPoint> hooks =
          model
              .hookPoints()
              .resolve(
                  List.of(
                      "blocks.*.mlp.hook_post",
                      "hook_embed",
                      "blocks.1.attn.hook_pattern",
                      "blocks.2.attn.hook_z"));
      for (TokenSequence sequence : SEQUENCES) {
        int length = sequence.tokens().length;
        expected += hooks.size() * length;
        try (ActivationCache cache =
            model.run(TokenBatch.of(sequence.tokens()), ForwardPass.reading(hooks), manager)) {
          for (HookPoint hook : hooks) {
            float[] all = cache.floats(hook, 0);
            for (int position = 0; position < length; position++) {
              float[] vector = vector(all, hook, position, length);
              float[] found = rows.get(place(hook.address(), sequence.sequenceId(), position));
              assertThat(found).hasSameSizeAs(vector);
              for (int i = 0; i < vector.length; i++) {
                largest = Math.max(largest, Math.abs(found[i] - vector[i]));
              }
            }
          }
        }
      }
    }
    assertThat(rows).hasSize(expected);
    // float32; other batch shapes add up in another order. Saw 2.6e-6.
    assertThat(largest).isLessThan(1e-5);
  }

  @Test
  void aHookHasFilesOfItsOwnAndItsShapeInTheManifest() throws IOException {
    assertThat(collect(HOOKS, "dtype=bfloat16")).as(refused()).isZero();

    try (Stream<Path> files = Files.list(latest().resolve("activations"))) {
      assertThat(
              files
                  .map(file -> file.getFileName().toString())
                  .filter(name -> name.endsWith(".parquet")))
          .hasSize(6 * 6)
          .contains("part-00005-blocks.1.attn.hook_pattern.parquet");
    }
    JsonNode metadata =
        new ObjectMapper()
            .readTree(Files.readString(latest().resolve("manifest.json")))
            .at("/tables/activations/metadata");
    assertThat(metadata.path("dtype").textValue()).isEqualTo("bfloat16");
    assertThat(metadata.path("shape").textValue())
        .isEqualTo(
            "{\"blocks.0.mlp.hook_post\":[128],\"blocks.1.mlp.hook_post\":[128],\"blocks.2.mlp.hook_post\":[128],"
                + "\"hook_embed\":[32],\"blocks.1.attn.hook_pattern\":[4,-1],\"blocks.2.attn.hook_z\":[4,8]}");
  }

  @Test
  void theSameBitsOnOneCoreAndOnTwo() throws IOException {
    assertThat(collect(HOOKS)).as(refused()).isZero();
    List<String> onTwo = bits();
    SparkContext.getOrCreate(new SparkConf()).stop();
    System.setProperty("spark.master", "local[1]");
    try {
      assertThat(collect(HOOKS, "--force")).as(refused()).isZero();
    } finally {
      SparkContext.getOrCreate(new SparkConf()).stop();
      System.setProperty("spark.master", "local[2]");
    }
    assertThat(bits()).isEqualTo(onTwo);
  }

  @Test
  void aLostPartIsComputedAgainAndGivesTheSameRows() throws IOException {
    assertThat(collect(HOOKS, "positions=random-3")).as(refused()).isZero();
    Path run = latest();
    List<String> before = bits();
    Files.delete(run.resolve("_SUCCESS"));
    Files.delete(run.resolve("parts/00003.json"));

    assertThat(collect(HOOKS, "positions=random-3")).as(refused()).isZero();

    assertThat(out.toString(StandardCharsets.UTF_8)).contains("5 of 6 parts are finished");
    assertThat(latest()).isEqualTo(run);
    assertThat(bits()).isEqualTo(before);
  }

  @Test
  void bfloat16AndArraysHoldTheSameValues() throws IOException {
    String hook = "hooks=[blocks.1.hook_resid_post]";
    assertThat(collect(hook)).as(refused()).isZero();
    Map<String, float[]> exact = floats(binaryRows(), ActivationCodec.FLOAT32);

    assertThat(collect(hook, "dtype=bfloat16")).as(refused()).isZero();
    Map<String, float[]> rounded = floats(binaryRows(), ActivationCodec.BFLOAT16);
    assertThat(collect(hook, "encoding=array")).as(refused()).isZero();
    Map<String, float[]> arrays = new TreeMap<>();
    for (ActivationArrayRow row : rows(ActivationArrayRow.class)) {
      arrays.put(place(row.hook(), row.sequenceId(), row.position()), row.activation());
    }

    assertThat(rounded.keySet()).isEqualTo(exact.keySet());
    assertThat(arrays.keySet()).isEqualTo(exact.keySet());
    exact.forEach(
        (place, values) -> {
          assertThat(arrays.get(place)).as(place).isEqualTo(values);
          for (int i = 0; i < values.length; i++) {
            assertThat(Math.abs(rounded.get(place)[i] - values[i]))
                .as(place)
                .isLessThanOrEqualTo(Math.abs(values[i]) / 256);
          }
        });
  }

  @Test
  void chosenPositionsAreRowsOfTheWholeTable() throws IOException {
    String hook = "hooks=[blocks.1.hook_resid_post]";
    assertThat(collect(hook)).as(refused()).isZero();
    Map<String, float[]> all = floats(binaryRows(), ActivationCodec.FLOAT32);
    for (String positions : List.of("last", "random-4")) {
      assertThat(collect(hook, "positions=" + positions)).as(refused()).isZero();
      Map<String, float[]> some = floats(binaryRows(), ActivationCodec.FLOAT32);
      assertThat(some)
          .hasSize(
              SEQUENCES.stream()
                  .mapToInt(
                      each -> positions.equals("last") ? 1 : Math.min(4, each.tokens().length))
                  .sum());
      some.forEach((place, vector) -> assertThat(vector).as(place).isEqualTo(all.get(place)));
    }
  }

  @Test
  void aDryRunEstimatesWhatIsWritten() throws IOException {
    assertThat(collect("hooks=blocks.*.hook_resid_post", "--dry-run")).as(refused()).isZero();

    long positions = SEQUENCES.stream().mapToLong(each -> each.tokens().length).sum();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("parts: 6", String.format("rows: %,d", 3 * positions))
        .contains(" (activations of a batch at all hook points)");
    assertThat(output).isEmptyDirectory();
  }

  /** Every row with all its bits, in the order of the files. */
  private List<String> bits() throws IOException {
    return binaryRows().stream()
        .map(
            row ->
                "%s %d %d %d %s"
                    .formatted(
                        row.hook(),
                        row.sequenceId(),
                        row.position(),
                        row.tokenId(),
                        Arrays.toString(row.activation())))
        .collect(Collectors.toList());
  }

  private static float[] vector(float[] all, HookPoint hook, int position, int length) {
    if (!hook.address().endsWith("hook_pattern")) {
      int size = all.length / length;
      return Arrays.copyOfRange(all, position * size, (position + 1) * size);
    }
    int heads = all.length / (length * length);
    float[] vector = new float[heads * length];
    for (int head = 0; head < heads; head++) {
      System.arraycopy(all, (head * length + position) * length, vector, head * length, length);
    }
    return vector;
  }
}
