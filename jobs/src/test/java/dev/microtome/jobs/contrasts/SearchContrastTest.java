package dev.microtome.jobs.contrasts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microtome.jobs.JobRun;
import dev.microtome.jobs.LocalSpark;
import dev.microtome.model.load.Safetensors;
import dev.microtome.probing.ContrastScoreRow;
import dev.microtome.probing.ContrastTryRow;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The job through the command line. */
@ExtendWith(LocalSpark.class)
class SearchContrastTest {
  private static final String TOLD = "blocks.1.hook_resid_post";
  private static final String NOISE = "hook_embed";
  private static final int PAIRS = 100;
  private static final int WIDTH = 5;

  @TempDir private Path folder;

  /**
   * Statements of even sequences are denied by the odd ones half the table later; positions 0 are
   * of no pair.
   */
  private Path activations(String name, Predicate<Row> kept, float spoilt) {
    StructType schema =
        new StructType()
            .add("hook", DataTypes.StringType, false)
            .add("sequence_id", DataTypes.LongType, false)
            .add("position", DataTypes.IntegerType, false)
            .add("activation", DataTypes.createArrayType(DataTypes.FloatType, false), false);
    List<Row> rows = new ArrayList<>();
    for (String hook : List.of(TOLD, NOISE)) {
      Random random = new Random(hook.length());
      for (int sequence = 0; sequence < 2 * PAIRS; sequence++) {
        boolean statement = sequence < PAIRS;
        for (int position = 0; position < 2; position++) {
          Float[] x = new Float[WIDTH];
          for (int i = 0; i < WIDTH; i++) {
            x[i] = (float) random.nextGaussian();
          }
          if (hook.equals(TOLD) && position == 1) {
            x[0] += statement ? 6 : -6;
            x[3] += isTrue(sequence) ? 4 : -4;
          }
          if (sequence == 11 && position == 1) {
            x[2] += spoilt;
          }
          rows.add(RowFactory.create(hook, (long) sequence, position, x));
        }
      }
    }
    return write(rows.stream().filter(kept).toList(), schema, name);
  }

  private static boolean isTrue(int sequence) {
    boolean statement = sequence < PAIRS;
    return (sequence % PAIRS % 3 == 0) == statement;
  }

  private static Path write(List<Row> rows, StructType schema, Path table) {
    return LocalSpark.write(rows, schema, table);
  }

  private Path write(List<Row> rows, StructType schema, String name) {
    return write(rows, schema, folder.resolve(name));
  }

  /** A column each for pair, side and truth. */
  private Path labels() {
    StructType schema =
        new StructType()
            .add("sequence_id", DataTypes.LongType)
            .add("position", DataTypes.IntegerType)
            .add("pair", DataTypes.StringType)
            .add("side", DataTypes.StringType)
            .add("truth", DataTypes.BooleanType);
    List<Row> rows = new ArrayList<>();
    for (int sequence = 0; sequence < 2 * PAIRS; sequence++) {
      String side = sequence < PAIRS ? "stated" : "denied";
      rows.add(
          RowFactory.create(
              (long) sequence, 1, "pair-" + sequence % PAIRS, side, isTrue(sequence)));
    }
    return write(rows, schema, "labels");
  }

  @Test
  void findsTheTruthThatPairsDisagreeOnAndNothingInNoise() throws IOException {
    Path activations = activations("a", row -> true, 0);
    Path labels = labels();
    JobRun run = run("out", activations, labels).succeeded();

    List<ContrastScoreRow> scores = run.rows(ContrastScoreRow.TABLE);
    assertThat(scores).hasSize(4);
    for (ContrastScoreRow row : scores) {
      assertThat(row.concept()).isEqualTo("truth");
      assertThat(row.unpairedActivations()).isEqualTo(2 * PAIRS);
      assertThat(row.unmatchedLabels()).isZero();
      assertThat(row.trainPairs() + row.testPairs()).isEqualTo(PAIRS);
      assertThat(row.scoredPairs()).isEqualTo(row.testPairs()).isBetween(10L, 45L);
      assertThat(row.accuracy()).isBetween(row.accuracyLow(), row.accuracyHigh());
      assertThat(Double.isNaN(row.loss())).isEqualTo(row.probe().equals("first-component"));
      if (row.hook().equals(TOLD)) {
        assertThat(row.layer()).isEqualTo(1);
        assertThat(row.accuracy()).isEqualTo(1); // 16 between the sides beside a deviation of √2
        assertThat(row.trainAccuracy()).isEqualTo(1);
        assertThat(row.majorityBaseline()).isLessThan(0.9);
      } else {
        assertThat(row.layer()).isEqualTo(-1);
        assertThat(row.eitherSignAccuracy()).isLessThan(0.85);
      }
    }
    List<ContrastTryRow> tries = run.rows(ContrastTryRow.TABLE);
    assertThat(tries).hasSize(6).filteredOn(ContrastTryRow::kept).hasSize(2);
    for (ContrastTryRow kept : tries.stream().filter(ContrastTryRow::kept).toList()) {
      assertThat(tries)
          .filteredOn(other -> other.hook().equals(kept.hook()))
          .allMatch(other -> other.loss() >= kept.loss());
    }
    try (Safetensors file =
        Safetensors.open(
            JobRun.newest(folder.resolve("out")).resolve("probes/" + TOLD + ".safetensors"))) {
      assertThat(file.tensor("truth.ccs.weights").shape()).containsExactly(2L, (long) WIDTH);
      assertThat(file.tensor("truth.first-component.intercepts").shape()).containsExactly(2L);
      assertThat(file.metadata()).containsEntry("truth", "false\ntrue");
    }

    Path few = activations("some", row -> row.getLong(1) % PAIRS < 60, 0);
    List<ContrastScoreRow> unmatched =
        run("unmatched", few, labels, "hooks=[" + TOLD + "]")
            .succeeded()
            .rows(ContrastScoreRow.TABLE);
    assertThat(unmatched).hasSize(2).allMatch(row -> row.unmatchedLabels() == 80);

    // Parts that hold one side of a pair, and fewer pairs than there are.
    JobRun drawn = run("few", activations, labels, "max-pairs=40").succeeded();
    run("cut", activations, labels, "max-pairs=40", "rows-per-part=37").succeeded();
    assertThat(drawn.rows(ContrastScoreRow.TABLE))
        .allMatch(row -> row.trainPairs() + row.testPairs() == 40);
    JobRun.assertSame(JobRun.written(folder.resolve("cut")), JobRun.written(folder.resolve("few")));
  }

  @Test
  void refusesWhatAreNoPairs() {
    Path labels = labels();
    run("a", activations("half", row -> row.getLong(1) != 40, 0), labels, "hooks=[" + TOLD + "]")
        .refusedWith(
            TOLD
                + ", concept 'truth': pair 'pair-40' has no side 'stated' (1 of 100 pairs lack a side)");
    run("b", activations("nan", row -> true, Float.NaN), labels)
        .refusedWith("sequence_id 11, position 1: number 2 is NaN");
    Path single = activations("single", row -> row.getLong(1) % PAIRS == 2, 0);
    run("c", single, labels)
        .refusedWith(
            ", concept 'pair': 198 of 200 labels have no activation, more than max-unmatched-labels = 0.5 allows");
    run("c", single, labels, "max-unmatched-labels=1")
        .refusedWith("there is one pair, 'pair-2', expected at least 2");
    Path zero = activations("zero", row -> row.getInt(2) == 0, 0);
    run("d", zero, labels, "hooks=[" + TOLD + "]")
        .refusedWith(
            TOLD + ": none of 200 activations is a side of a pair [stated, denied]: is the table");
    run("e", activations("e", row -> true, 0), labels, "max-unlabelled=0.4")
        .refusedWith(
            ", concept 'pair': 200 of 400 activations have no label, more than max-unlabelled = 0.4 allows");
    assertThat(folder.resolve("a")).doesNotExist();
  }

  private JobRun run(String output, Path activations, Path labels, String... sets) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "activations=" + activations,
                "labels=" + labels,
                "concept=truth",
                "sides=[stated,denied]",
                "epochs=300",
                "learning-rate=0.01",
                "tries=3"));
    all.addAll(List.of(sets));
    return JobRun.of("search-contrast", folder.resolve(output), all);
  }
}
