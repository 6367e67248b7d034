package dev.microtome.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microtome.jobs.spark.HadoopFileStore;
import dev.microtome.jobs.spark.ParquetFiles;
import dev.microtome.table.RowReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Runs of {@link RangeJob} through the command line, and what they leave in one output folder. */
@ExtendWith(LocalSpark.class)
abstract class RangeRuns {
  static final int ROWS = 45;

  @TempDir Path output;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  int microtome(String... arguments) {
    out.reset();
    err.reset();
    return Main.run(stream(out), stream(err), arguments);
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  String printed() {
    return out.toString(StandardCharsets.UTF_8);
  }

  String refused() {
    return err.toString(StandardCharsets.UTF_8);
  }

  int range(String... more) {
    List<String> arguments =
        new ArrayList<>(List.of("range", "--set", "count=" + ROWS, "--output", output.toString()));
    arguments.addAll(List.of(more));
    return microtome(arguments.toArray(String[]::new));
  }

  Path latest() throws IOException {
    return output.resolve(Files.readString(output.resolve("latest")).strip());
  }

  static List<Path> tree(Path folder) throws IOException {
    try (Stream<Path> walk = Files.walk(folder)) {
      return walk.filter(Files::isRegularFile).map(folder::relativize).sorted().toList();
    }
  }

  static List<Long> numbers(Path run) throws IOException {
    List<Long> numbers = new ArrayList<>();
    ParquetFiles parquet = new ParquetFiles(HadoopFileStore.ofThisProcess());
    try (Stream<Path> files = Files.list(run.resolve("numbers"))) {
      for (Path file : files.sorted().toList()) {
        try (RowReader<RangeJob.NumberRow> rows =
            parquet.read(file.toString(), RangeJob.NumberRow.class)) {
          rows.forEachRemaining(
              row -> {
                RangeJob.NumberRow expected = RangeJob.NumberRow.of(row.number());
                assertThat(row).usingRecursiveComparison().isEqualTo(expected);
                numbers.add(row.number());
              });
        }
      }
    }
    return numbers;
  }

  static List<Long> upTo(int count) {
    return Stream.iterate(0L, i -> i + 1).limit(count).toList();
  }

  static void unfinish(Path run) throws IOException {
    Path manifest = run.resolve("manifest.json");
    Files.writeString(
        manifest,
        Files.readString(manifest)
            .replace("\"status\" : \"complete\"", "\"status\" : \"unfinished\""));
  }

  static List<String> contents(Path folder) throws IOException {
    List<String> contents = new ArrayList<>();
    for (Path file : tree(folder)) {
      contents.add(file + " " + HexFormat.of().formatHex(Files.readAllBytes(folder.resolve(file))));
    }
    return contents;
  }
}
