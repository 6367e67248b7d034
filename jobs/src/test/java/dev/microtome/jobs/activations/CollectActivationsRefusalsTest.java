package dev.microtome.jobs.activations;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.microtome.activations.ActivationCodec;
import dev.microtome.text.TokenSequence;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the job refuses, and when. */
class CollectActivationsRefusalsTest extends ActivationRuns {
  private static final String TOKENS_SCHEMA =
      "message tokens { required int64 sequence_id;"
          + " required group tokens (LIST) { repeated group list { required int32 element; } } }";

  @Test
  void refusesWhatDoesNotFitBeforeSparkWorks(@TempDir Path scratch) throws IOException {
    assertRefused(
        "hook 'blocks.9.mlp.hook_post': the model has 3 layers (0–2)",
        "hooks=[blocks.9.mlp.hook_post]");
    assertThat(collect("hooks=blocks.*.mlp.hook_pos")).isEqualTo(2);
    assertThat(refused()).contains("blocks.*.mlp.hook_post");
    assertRefused(
        "the model's context is 48",
        "tokens=" + write(List.of(new TokenSequence(4, new int[49])), scratch.resolve("long")));
    assertRefused(
        "sequence 4, position 1: token 97 is not in the model's vocabulary (0 to 96)",
        "tokens="
            + write(List.of(new TokenSequence(4, new int[] {0, 97})), scratch.resolve("large")));
    assertRefused("the table has no rows", "tokens=" + write(List.of(), scratch.resolve("empty")));
    assertThat(output).isEmptyDirectory();
  }

  @Test
  void aHookThatTheModelLacksIsRefusedWithFileAndLine(@TempDir Path scratch) throws IOException {
    Path config = Files.writeString(scratch.resolve("c.conf"), "\n\nhooks = [blocks.9.hook_z]\n");
    assertThat(collect("--config=" + config)).isEqualTo(2);
    assertThat(refused()).startsWith("ERROR: hooks: ").endsWith(" (" + config + ", line 3)\n");

    assertThat(collect("hooks=[blocks.9.hook_z]")).isEqualTo(2);
    assertThat(refused()).startsWith("ERROR: hooks: ").endsWith(" (--set hooks)\n");
  }

  @Test
  void aDamagedModelIsRefusedBeforeAnythingIsWritten(@TempDir Path scratch) throws IOException {
    Path model = Files.createDirectory(scratch.resolve("model"));
    Files.copy(MODEL.resolve("config.json"), model.resolve("config.json"));
    byte[] weights = Files.readAllBytes(MODEL.resolve("model.safetensors"));
    Files.write(model.resolve("model.safetensors"), Arrays.copyOf(weights, weights.length - 4));

    assertRefused(model.resolve("model.safetensors").toString(), "model=" + model);
    assertThat(output).isEmptyDirectory();
  }

  @Test
  void aNanIsRefusedUnlessKept(@TempDir Path broken) throws IOException {
    Files.copy(MODEL.resolve("config.json"), broken.resolve("config.json"));
    byte[] weights = Files.readAllBytes(MODEL.resolve("model.safetensors"));
    ByteBuffer file = ByteBuffer.wrap(weights).order(ByteOrder.LITTLE_ENDIAN);
    int header = (int) file.getLong(0);
    JsonNode tensors = new ObjectMapper().readTree(weights, 8, header);
    int offset = tensors.path("h.2.mlp.c_fc.bias").path("data_offsets").path(0).intValue();
    file.putFloat(8 + header + offset, Float.NaN);
    Files.write(broken.resolve("model.safetensors"), weights);

    assertThat(collect(HOOKS, "model=" + broken)).isEqualTo(2);
    assertThat(refused())
        .containsPattern(
            "^ERROR: hook 'blocks.2.mlp.hook_post', sequence \\d+, position 0: value 0 is NaN"
                + " \\(on-nan = keep stores such values\\)\n$");
    assertThat(output.resolve("latest")).doesNotExist();

    assertThat(collect(HOOKS, "model=" + broken, "on-nan=keep")).as(refused()).isZero();
    assertThat(
            floats(binaryRows(), ActivationCodec.FLOAT32)
                .get(place("blocks.2.mlp.hook_post", 1000, 0))[0])
        .isNaN();
  }

  @Test
  void tokensOfAnotherTokenizerAreRefusedUnlessAccepted(@TempDir Path scratch) throws IOException {
    Path model = Files.createDirectory(scratch.resolve("model"));
    for (String name : List.of("config.json", "model.safetensors")) {
      Files.copy(MODEL.resolve(name), model.resolve(name));
    }
    Files.writeString(
        model.resolve("tokenizer.json"),
        "{\"version\":\"1.0\",\"truncation\":null,\"padding\":null,\"added_tokens\":[],\"normalizer\":null,"
            + "\"pre_tokenizer\":{\"type\":\"Whitespace\"},\"post_processor\":null,\"decoder\":null,"
            + "\"model\":{\"type\":\"WordLevel\",\"vocab\":{\"a\":0,\"[UNK]\":1},\"unk_token\":\"[UNK]\"}}");
    Path table = Files.createDirectory(scratch.resolve("table"));
    writeWith(Map.of("tokenizer_sha256", "0123456789abcdef"), table.resolve("a.parquet"));

    assertRefused(
        "made with a tokenizer.json of sha256 0123456789abcdef, that of model " + model + " is ",
        "model=" + model,
        "tokens=" + table);
    assertThat(collect(HOOKS, "model=" + model, "tokens=" + table, "accept-other-tokenizer=true"))
        .as(refused())
        .isZero();

    writeWith(Map.of("tokenizer_sha256", "fedcba9876543210"), table.resolve("b.parquet"));
    assertRefused(
        "its files disagree about 'tokenizer_sha256': 0123456789abcdef in ", "tokens=" + table);
  }

  @Test
  void metadataThatIsNoNumberIsNamed(@TempDir Path scratch) throws IOException {
    Path file = scratch.resolve("a.parquet");
    writeWith(Map.of("context_length", "long"), file);
    assertRefused(
        file + ": metadata 'context_length' is 'long', expected a whole number", "tokens=" + file);
  }

  @Test
  void aTokenOutOfRangeDeepInTheTableIsRefusedInThePlan(@TempDir Path scratch) throws IOException {
    assertRefused(
        " to 400 in rows 0 to 159, model " + MODEL + " has a vocabulary of 97",
        "tokens=" + deep(scratch.resolve("deep")));
    assertThat(out.toString(StandardCharsets.UTF_8)).doesNotContain("Run ");
    assertThat(output).isEmptyDirectory();
  }

  @Test
  void aTokenOutOfRangeWithoutStatisticsIsNamedAndLeavesNoRun(@TempDir Path scratch)
      throws IOException {
    Path file = scratch.resolve("a.parquet");
    MessageType schema = MessageTypeParser.parseMessageType(TOKENS_SCHEMA);
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(new LocalOutputFile(file))
            .withType(schema)
            .withStatisticsEnabled(false)
            .build()) {
      for (int i = 0; i < 320; i++) {
        Group row = new SimpleGroup(schema);
        row.add("sequence_id", (long) i);
        row.addGroup("tokens").addGroup("list").add("element", i == 310 ? 400 : 2);
        writer.write(row);
      }
    }
    String message =
        file + ": sequence 310, position 0: token 400 is not in the model's vocabulary (0 to 96)";

    assertRefused(message, "tokens=" + file);
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("Run ")
        .doesNotContain("the same command resumes it");
    assertThat(output).isEmptyDirectory();

    Files.delete(output);
    assertRefused(message, "tokens=" + file);
    assertThat(output).doesNotExist();
  }

  @Test
  void aDamagedTableIsNamedByTheTask(@TempDir Path scratch) throws IOException {
    Path file = scratch.resolve("a.parquet");
    writeIds(file, IntStream.range(0, 400).mapToLong(i -> i).toArray());
    byte[] bytes = Files.readAllBytes(file);
    for (int i = 10; i < 40; i++) {
      bytes[i] ^= (byte) 0xff;
    }
    Files.write(file, bytes);

    assertRefused(file + ": not a readable Parquet file: ", "tokens=" + file);
  }

  @Test
  void aSequenceIdThatComesTwiceIsNamed(@TempDir Path scratch) throws IOException {
    List<TokenSequence> sequences = new ArrayList<>(SEQUENCES.subList(0, 5));
    sequences.add(new TokenSequence(sequences.get(2).sequenceId(), new int[] {1, 2}));
    assertRefused(
        ".parquet: sequence_id %d comes twice, it must identify a row"
            .formatted(sequences.get(2).sequenceId()),
        "tokens=" + write(sequences, scratch.resolve("twice")));
    assertThat(out.toString(StandardCharsets.UTF_8)).doesNotContain("Run ");
    assertThat(output).isEmptyDirectory();
  }

  @Test
  void aSequenceIdInTwoFilesIsRefusedInThePlanWithBothNames(@TempDir Path scratch)
      throws IOException {
    Path a = scratch.resolve("a.parquet");
    Path b = scratch.resolve("b.parquet");
    writeIds(a, 5, 7, 1);
    writeIds(b, 8, 12, 7);
    assertRefused(
        a + " and file:" + b + ": sequence_id 7 comes twice, it must identify a row",
        "tokens=" + scratch,
        "sequences-per-part=2",
        "--dry-run");
    assertThat(output).isEmptyDirectory();

    writeIds(b, 8, 6, 2);
    assertThat(collect(HOOKS, "tokens=" + scratch, "sequences-per-part=2")).as(refused()).isZero();
  }

  @Test
  void aSequenceIdInTwoPartsOfARowGroupIsNamed(@TempDir Path scratch) throws IOException {
    Path file = scratch.resolve("a.parquet");
    writeIds(file, 5, 7, 1, 3, 4, 7);
    assertRefused(
        file + ": sequence_id 7 comes twice, it must identify a row",
        "tokens=" + file,
        "sequences-per-part=2");
    assertThat(out.toString(StandardCharsets.UTF_8)).doesNotContain("Run ");
  }

  private void assertRefused(String message, String... sets) throws IOException {
    assertThat(collect(Stream.concat(Stream.of(HOOKS), Arrays.stream(sets)).toArray(String[]::new)))
        .isEqualTo(2);
    assertThat(refused()).contains(message).doesNotContain("\tat ");
  }

  /** One sequence, in a file with these entries in its footer. */
  private static void writeWith(Map<String, String> metadata, Path file) throws IOException {
    MessageType schema = MessageTypeParser.parseMessageType(TOKENS_SCHEMA);
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(new LocalOutputFile(file))
            .withType(schema)
            .withExtraMetaData(metadata)
            .build()) {
      Group row = new SimpleGroup(schema);
      row.add("sequence_id", 4L);
      row.addGroup("tokens").addGroup("list").add("element", 1);
      writer.write(row);
    }
  }

  private static void writeIds(Path file, long... ids) throws IOException {
    Files.deleteIfExists(file);
    MessageType schema = MessageTypeParser.parseMessageType(TOKENS_SCHEMA);
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(new LocalOutputFile(file)).withType(schema).build()) {
      for (long id : ids) {
        Group row = new SimpleGroup(schema);
        row.add("sequence_id", id);
        row.addGroup("tokens").addGroup("list").add("element", 1);
        writer.write(row);
      }
    }
  }

  private static Path deep(Path folder) {
    List<TokenSequence> sequences = new ArrayList<>(SEQUENCES.subList(0, 20));
    for (int i = 0; i < 300; i++) {
      sequences.add(new TokenSequence(5000 + i, new int[] {1, i == 290 ? 400 : 2}));
    }
    return write(sequences, folder);
  }
}
