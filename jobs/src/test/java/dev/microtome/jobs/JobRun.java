package dev.microtome.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microtome.jobs.spark.HadoopFileStore;
import dev.microtome.jobs.spark.ParquetFiles;
import dev.microtome.table.RowReader;
import dev.microtome.table.TableSpec;
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
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** A job run through the command line, and the rows that it wrote. */
public final class JobRun {
  private final Path output;
  private final int code;
  private final String out;
  private final String err;

  private JobRun(Path output, int code, String out, String err) {
    this.output = output;
    this.code = code;
    this.out = out;
    this.err = err;
  }

  /** Runs a job; an argument that does not begin with dashes is a --set. */
  public static JobRun of(String job, Path output, List<String> arguments) {
    List<String> line = new ArrayList<>(List.of(job, "--output", output.toString()));
    for (String argument : arguments) {
      if (!argument.startsWith("--")) {
        line.add("--set");
      }
      line.add(argument);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code = Main.run(stream(out), stream(err), line.toArray(String[]::new));
    return new JobRun(
        output, code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  public JobRun succeeded() {
    assertThat(code).as(err).isZero();
    return this;
  }

  /** Asserts that the input was refused without a stack trace and nothing written. */
  public void refusedWith(String message) {
    assertThat(code).as(err).isEqualTo(2);
    assertThat(err).contains(message).doesNotContain("\tat ");
  }

  public int code() {
    return code;
  }

  public String out() {
    return out;
  }

  public String err() {
    return err;
  }

  /** Rows of a table of the newest run, in the order of its files; none if it was not written. */
  public <R extends Record> List<R> rows(TableSpec<R> table) throws IOException {
    return rows(output, table);
  }

  /** Rows of a table of the newest run of an output folder. */
  public static <R extends Record> List<R> rows(Path output, TableSpec<R> table)
      throws IOException {
    Path folder =
        output.resolve(Files.readString(output.resolve("latest")).strip()).resolve(table.name());
    List<R> all = new ArrayList<>();
    if (!Files.exists(folder)) {
      return all;
    }
    ParquetFiles parquet = new ParquetFiles(HadoopFileStore.ofThisProcess());
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file :
          files.filter(each -> each.toString().endsWith(".parquet")).sorted().toList()) {
        try (RowReader<R> rows = parquet.read(file.toString(), table.rowType())) {
          rows.forEachRemaining(all::add);
        }
      }
    }
    return all;
  }

  /** The newest run of an output folder. */
  public static Path newest(Path output) throws IOException {
    return output.resolve(Files.readString(output.resolve("latest")).strip());
  }

  /** Every file that the newest run of an output folder is for, by its path in it. */
  public static Map<String, byte[]> written(Path output) throws IOException {
    Path run = newest(output);
    Map<String, byte[]> all = new TreeMap<>();
    try (Stream<Path> files = Files.walk(run)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = run.relativize(file).toString();
        if (!name.startsWith("_") && !name.startsWith("parts/") && name.contains("/")) {
          all.put(name, Files.readAllBytes(file));
        }
      }
    }
    return all;
  }

  /** Asserts that two runs have written the same files. */
  public static void assertSame(Map<String, byte[]> found, Map<String, byte[]> expected) {
    assertThat(found).containsOnlyKeys(expected.keySet());
    expected.forEach((name, bytes) -> assertThat(found.get(name)).as(name).isEqualTo(bytes));
  }

  /** Writes a tokens table as another program would: plain Parquet, ids from 0. */
  public static Path tokens(List<int[]> sequences, Path folder) {
    StructType schema =
        new StructType()
            .add("sequence_id", DataTypes.LongType)
            .add("tokens", DataTypes.createArrayType(DataTypes.IntegerType));
    List<Row> rows = new ArrayList<>();
    for (int[] sequence : sequences) {
      rows.add(RowFactory.create((long) rows.size(), Arrays.stream(sequence).boxed().toArray()));
    }
    return LocalSpark.write(rows, schema, folder);
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }
}
