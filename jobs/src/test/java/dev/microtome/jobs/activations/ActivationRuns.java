package dev.microtome.jobs.activations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microtome.activations.ActivationCodec;
import dev.microtome.activations.ActivationRow;
import dev.microtome.jobs.LocalSpark;
import dev.microtome.jobs.Main;
import dev.microtome.jobs.spark.HadoopFileStore;
import dev.microtome.jobs.spark.ParquetFiles;
import dev.microtome.table.RowReader;
import dev.microtome.text.TokenSequence;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs of {@code collect-activations} through the command line, on the golden GPT-2 of 3 layers,
 * dModel 32, 97 tokens and a context of 48, and the rows that they write.
 */
@ExtendWith(LocalSpark.class)
abstract class ActivationRuns {
  static final Path MODEL = Path.of("../common/src/test/resources/golden/models/gpt2");
  static final String HOOKS =
      "hooks=[\"blocks.*.mlp.hook_post\", hook_embed, blocks.1.attn.hook_pattern, blocks.2.attn.hook_z]";
  static final List<TokenSequence> SEQUENCES = sequences();

  @TempDir static Path tokens;
  @TempDir Path output;

  final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeAll
  static void writeTokens() {
    tokens = write(SEQUENCES, tokens.resolve("tokens"));
  }

  /** Runs the job; an argument that does not begin with dashes is a --set, and a later one wins. */
  int collect(String... arguments) {
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

  String refused() {
    return err.toString(StandardCharsets.UTF_8);
  }

  Path latest() throws IOException {
    return output.resolve(Files.readString(output.resolve("latest")).strip());
  }

  List<ActivationRow> binaryRows() throws IOException {
    return rows(ActivationRow.class);
  }

  final <R extends Record> List<R> rows(Class<R> type) throws IOException {
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

  static Map<String, float[]> floats(List<ActivationRow> rows, ActivationCodec codec) {
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

  static String place(String hook, long sequenceId, int position) {
    return hook + " " + sequenceId + " " + position;
  }

  private static List<TokenSequence> sequences() {
    Random random = new Random(1);
    return IntStream.range(0, 57)
        .mapToObj(
            i -> new TokenSequence(1000 + i, random.ints(1 + random.nextInt(48), 0, 97).toArray()))
        .toList();
  }

  /** Writes a table as another program would: plain Parquet, in two files. */
  static Path write(List<TokenSequence> sequences, Path folder) {
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
