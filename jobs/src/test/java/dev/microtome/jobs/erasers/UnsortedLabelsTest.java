package dev.microtome.jobs.erasers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.microtome.erasure.EraserFile;
import dev.microtome.jobs.JobRun;
import dev.microtome.jobs.LocalSpark;
import dev.microtome.jobs.StageWatch;
import dev.microtome.jobs.inputs.TokenSlices;
import dev.microtome.jobs.labels.LabelledSlices;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Labels in whatever order: each part reads those of its sequences and few others. */
@ExtendWith(LocalSpark.class)
class UnsortedLabelsTest {
  private static final int SEQUENCES = 500;
  private static final int POSITIONS = 4;
  private static final String HOOK = "hook_embed";

  @TempDir private Path folder;
  private final List<String> stages = new ArrayList<>();
  private long labelsRead;

  @Test
  void theTableIsReadOnceAndTheRowsAreThoseOfAWholePart() throws IOException {
    Random random = new Random(4);
    List<Row> activations = new ArrayList<>();
    List<Row> labels = new ArrayList<>();
    for (long sequence = 0; sequence < SEQUENCES; sequence++) {
      for (int position = 0; position < POSITIONS; position++) {
        boolean glad = random.nextBoolean();
        Float[] x = {(float) random.nextGaussian() + (glad ? 1 : 0), (float) random.nextGaussian()};
        // Ids far from 0 on both sides, and one of 20 tokens without a label.
        long id = 1_000_000_007L * (sequence - SEQUENCES / 2);
        activations.add(RowFactory.create(HOOK, id, position, x));
        if (random.nextInt(20) > 0) {
          labels.add(RowFactory.create(id, position, "mood", glad ? "glad" : "sad"));
          labels.add(RowFactory.create(id, position, "other", "x"));
        }
      }
    }
    Collections.shuffle(labels, random);
    // 12 files of some sequences each, as parts of collect-activations leave them.
    SparkSession.builder()
        .getOrCreate()
        .createDataFrame(
            activations,
            new StructType()
                .add("hook", DataTypes.StringType)
                .add("sequence_id", DataTypes.LongType)
                .add("position", DataTypes.IntegerType)
                .add("activation", DataTypes.createArrayType(DataTypes.FloatType)))
        .repartitionByRange(12, functions.col("sequence_id"))
        .sortWithinPartitions("sequence_id", "position")
        .write()
        .parquet(folder.resolve("a").toString());
    SparkSession.builder()
        .getOrCreate()
        .createDataFrame(
            labels,
            new StructType()
                .add("sequence_id", DataTypes.LongType)
                .add("position", DataTypes.IntegerType)
                .add("concept", DataTypes.StringType)
                .add("value", DataTypes.StringType))
        .coalesce(1)
        .write()
        .parquet(folder.resolve("l").toString());

    EraserFile whole = run("whole", 10_000);
    assertThat(stages).doesNotContain("label_ranges");
    EraserFile cut = run("cut", 170);
    assertThat(stages).contains("label_ranges");
    // 12 parts would have read all of them 12 times. A part has the ranges of one file or two.
    long wanted = labels.size() / 2;
    assertThat(labelsRead).isBetween(wanted, 4 * wanted);
    // Sums in another order; saw 1e-15.
    assertThat(cut.erasers().get("mood").projection().toArray())
        .containsExactly(whole.erasers().get("mood").projection().toArray(), within(1e-12));
  }

  private EraserFile run(String output, int rowsPerPart) throws IOException {
    stages.clear();
    WatchedFitLeace.watch =
        (stage, plan) -> {
          stages.add(stage);
          if (stage.equals(StageWatch.PARTS)) {
            labelsRead =
                plan.parts().stream()
                    .flatMap(part -> ((LabelledSlices) part).labels().slices().stream())
                    .mapToLong(UnsortedLabelsTest::rows)
                    .sum();
          }
        };
    JobRun.of(
            "watched-fit-leace",
            folder.resolve(output),
            List.of(
                "activations=" + folder.resolve("a"),
                "labels=" + folder.resolve("l"),
                "concepts=[mood]",
                "rows-per-part=" + rowsPerPart))
        .succeeded();
    return EraserFile.read(
        JobRun.newest(folder.resolve(output)).resolve("erasers/" + HOOK + ".safetensors"));
  }

  private static long rows(TokenSlices.Slice slice) {
    return slice.to() - slice.from();
  }
}
