package dev.microtome.jobs.gaps;

import dev.microtome.jobs.JobRun;
import dev.microtome.jobs.LocalSpark;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Runs of tpr-gap with a small model, on tables that are written for them. */
@ExtendWith(LocalSpark.class)
abstract class TprGapRuns {
  @TempDir static Path shared;
  @TempDir Path folder;

  /**
   * A model that has hardly been trained: its vectors are those of a document's words, and small,
   * so that the ridge must be weak.
   */
  @BeforeAll
  static void prepare() {
    JobRun.of(
            "generate-corpus",
            shared.resolve("corpus"),
            List.of(
                "sequences=1500",
                "context-length=64",
                "language.pack=false",
                "language.documents=[profile]"))
        .succeeded();
    JobRun.of(
            "generate-corpus",
            shared.resolve("tokens"),
            List.of("sequences=20", "context-length=64", "text=false"))
        .succeeded();
    JobRun.of(
            "train-model",
            shared.resolve("model"),
            List.of(
                "tokens=[" + shared.resolve("tokens") + "]",
                "context-length=64",
                "steps=1",
                "batch-size=4",
                "architecture.layers=1",
                "architecture.heads=2",
                "architecture.d-model=48"))
        .succeeded();
  }

  JobRun run(String output, Object documents, String... sets) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "model=" + shared.resolve("model"),
                "documents=" + documents,
                "prepend-bos=true",
                "c=[1e5]"));
    all.addAll(List.of(sets));
    return JobRun.of("tpr-gap", folder.resolve(output), all);
  }

  Path write(
      String name,
      List<Row> rows,
      String first,
      DataType firstType,
      String second,
      DataType secondType,
      String third,
      DataType thirdType) {
    StructType schema =
        new StructType().add(first, firstType).add(second, secondType).add(third, thirdType);
    return LocalSpark.write(rows, schema, folder.resolve(name));
  }
}
