package dev.microtome.jobs.activations;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.microtome.activations.ActivationArrayRow;
import dev.microtome.activations.ActivationCodec;
import dev.microtome.activations.ActivationRow;
import dev.microtome.jobs.LocalSpark;
import dev.microtome.jobs.Main;
import dev.microtome.jobs.spark.HadoopFileStore;
import dev.microtome.jobs.spark.ParquetFiles;
import dev.microtome.model.ActivationCache;
import dev.microtome.model.ForwardPass;
import dev.microtome.model.HookPoint;
import dev.microtome.model.HookedTransformer;
import dev.microtome.model.TokenBatch;
import dev.microtome.model.load.ModelFiles;
import dev.microtome.table.RowReader;
import dev.microtome.text.TokenSequence;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * The job through the command line, on the golden GPT-2 of 3 layers, dModel 32, 97 tokens and a
 * context of 48.
 */
@ExtendWith(LocalSpark.class)
class CollectActivationsTest {
  private static final Path MODEL = Path.of("../common/src/test/resources/golden/models/gpt2");
  private static final String HOOKS =
      "hooks=[\"blocks.*.mlp.hook_post\", hook_embed, blocks.1.attn.hook_pattern, blocks.2.attn.hook_z]";
  private static final List<TokenSequence> SEQUENCES = sequences();
  private static final String TOKENS_SCHEMA =
      "message tokens { required int64 sequence_id;"
          + " required group tokens (LIST) { repeated group list { required int32 element; } } }";

  @TempDir private static Path tokens;
  @TempDir private Path output;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeAll
  static void writeTokens() {
    tokens = write(SEQUENCES, tokens.resolve("tokens"));
  }

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

  private static Path deep(Path folder) {
    List<TokenSequence> sequences = new ArrayList<>(SEQUENCES.subList(0, 20));
    for (int i = 0; i < 300; i++) {
      sequences.add(new TokenSequence(5000 + i, new int[] {1, i == 290 ? 400 : 2}));
    }
    return write(sequences, folder);
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

  @Test
  void aDryRunEstimatesWhatIsWritten() throws IOException {
    assertThat(collect("hooks=blocks.*.hook_resid_post", "--dry-run")).as(refused()).isZero();

    long positions = SEQUENCES.stream().mapToLong(each -> each.tokens().length).sum();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("parts: 6", String.format("rows: %,d", 3 * positions));
    assertThat(output).isEmptyDirectory();
  }

  private void assertRefused(String message, String... sets) throws IOException {
    assertThat(collect(Stream.concat(Stream.of(HOOKS), Arrays.stream(sets)).toArray(String[]::new)))
        .isEqualTo(2);
    assertThat(refused()).contains(message).doesNotContain("\tat ");
  }

  /** Runs the job; an argument that does not begin with dashes is a --set, and a later one wins. */
  private int collect(String... arguments) {
    List<String> line =
        new ArrayList<>(
            List.of(
                "collect-activations",
                "--output",
                output.toString(),
                "--set",
                "model=" + MODEL,
                "--set",
                "tokens=" + tokens,
                "--set",
                "sequences-per-part=10",
                "--set",
                "batch-tokens=150"));
    for (String argument : arguments) {
      if (!argument.startsWith("--")) {
        line.add("--set");
      }
      line.add(argument);
    }
    out.reset();
    err.reset();
    return Main.run(stream(out), stream(err), line.toArray(String[]::new));
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  private String refused() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private Path latest() throws IOException {
    return output.resolve(Files.readString(output.resolve("latest")).strip());
  }

  private List<ActivationRow> binaryRows() throws IOException {
    return rows(ActivationRow.class);
  }

  private <R extends Record> List<R> rows(Class<R> type) throws IOException {
    ParquetFiles parquet = new ParquetFiles(HadoopFileStore.ofThisProcess());
    List<R> all = new ArrayList<>();
    try (Stream<Path> files = Files.list(latest().resolve("activations"))) {
      for (Path file :
          files.filter(each -> each.toString().endsWith(".parquet")).sorted().toList()) {
        try (RowReader<R> rows = parquet.read(file.toString(), type)) {
          rows.forEachRemaining(all::add);
        }
      }
    }
    return all;
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

  private static Map<String, float[]> floats(List<ActivationRow> rows, ActivationCodec codec) {
    Map<String, float[]> vectors = new TreeMap<>();
    for (ActivationRow row : rows) {
      TokenSequence sequence = SEQUENCES.get((int) row.sequenceId() - 1000);
      assertThat(row.tokenId()).isEqualTo(sequence.tokens()[row.position()]);
      String place = place(row.hook(), row.sequenceId(), row.position());
      assertThat(vectors.put(place, codec.decode(row.activation())))
          .as("second %s", place)
          .isNull();
    }
    return vectors;
  }

  private static String place(String hook, long sequenceId, int position) {
    return hook + " " + sequenceId + " " + position;
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

  private static List<TokenSequence> sequences() {
    Random random = new Random(1);
    return IntStream.range(0, 57)
        .mapToObj(
            i -> new TokenSequence(1000 + i, random.ints(1 + random.nextInt(48), 0, 97).toArray()))
        .toList();
  }

  /** Writes a table as another program would: plain Parquet, in two files. */
  private static Path write(List<TokenSequence> sequences, Path folder) {
    StructType schema =
        new StructType()
            .add("sequence_id", DataTypes.LongType)
            .add("document", DataTypes.StringType)
            .add("tokens", DataTypes.createArrayType(DataTypes.IntegerType));
    List<Row> rows =
        sequences.stream()
            .map(
                each ->
                    RowFactory.create(
                        each.sequenceId(), "a.txt", Arrays.stream(each.tokens()).boxed().toArray()))
            .toList();
    SparkContext.getOrCreate(new SparkConf());
    SparkSession.builder()
        .getOrCreate()
        .createDataFrame(rows, schema)
        .coalesce(2)
        .write()
        .parquet(folder.toString());
    return folder;
  }
}
