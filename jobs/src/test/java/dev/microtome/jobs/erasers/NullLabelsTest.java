package dev.microtome.jobs.erasers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microtome.erasure.ErasureReportRow;
import dev.microtome.jobs.JobRun;
import dev.microtome.jobs.LocalSpark;
import dev.microtome.jobs.labels.LabelledTables;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Columns of labels in which some rows have no value. */
@ExtendWith(LocalSpark.class)
class NullLabelsTest extends FitLeaceRuns {
  private static final StructType WIDE =
      new StructType()
          .add("sequence_id", DataTypes.LongType)
          .add("position", DataTypes.LongType)
          .add("gender", DataTypes.StringType)
          .add("age", DataTypes.DoubleType);

  /** A third has no gender, and one of five sequences no age. */
  @Test
  void nullIsNoLabelOfThatConceptAlone() throws IOException {
    Path activations = activations("a", row -> row);
    Path wide = nullable(0L);
    String[] keys = {"concepts=[gender,age,gender/age]", "hooks=[hook_embed]"};
    long gendered = ofOneHook().stream().filter(row -> row.label() != null).count();
    long both =
        ofOneHook().stream().filter(row -> row.label() != null && row.sequence() % 5 > 0).count();
    long all = (long) SEQUENCES * POSITIONS;

    JobRun skipped = run("skip", activations, wide, keys).succeeded();
    assertThat(metrics(skipped, "rows"))
        .isEqualTo(Map.of("gender", gendered, "age", all * 4 / 5, "gender/age", both));
    assertThat(metrics(skipped, "unlabelled_rows"))
        .isEqualTo(Map.of("gender", all - gendered, "age", all / 5, "gender/age", all - both));

    JobRun named =
        run("class", activations, wide, "concepts=[gender]", keys[1], "unlabelled=class")
            .succeeded();
    assertThat(metrics(named, "class_rows:(unlabelled)"))
        .isEqualTo(Map.of("gender", all - gendered));
    run("refused", activations, wide, "concepts=[age]", keys[1], "max-unlabelled=0.1")
        .refusedWith("40 of 200 activations have no label, more than max-unlabelled = 0.1 allows");
  }

  /** Beside the activations a row without labels is a row all the same. */
  @Test
  void nullBesideTheActivationsIsNoLabel() throws IOException {
    StructType schema =
        new StructType()
            .add("hook", DataTypes.StringType)
            .add("sequence_id", DataTypes.LongType)
            .add("position", DataTypes.IntegerType)
            .add("activation", DataTypes.createArrayType(DataTypes.FloatType, false))
            .add("gender", DataTypes.StringType);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      String gender = i % 4 == 0 ? null : i % 4 == 1 ? "male" : "female";
      Float[] x = {(float) i % 3, "male".equals(gender) ? 1f : 0f};
      rows.add(RowFactory.create("hook_embed", (long) i / 4, i % 4, x, gender));
    }
    Path table = new LabelledTables(folder, "gender").write(rows, schema, "beside");
    JobRun run =
        JobRun.of(
                "fit-leace",
                folder.resolve("out"),
                List.of("activations=" + table, "concepts=[gender]"))
            .succeeded();
    assertThat(metrics(run, "class_rows:female")).isEqualTo(Map.of("gender", 10L));
    assertThat(metrics(run, "class_rows:male")).isEqualTo(Map.of("gender", 5L));
    assertThat(metrics(run, "unlabelled_rows")).isEqualTo(Map.of("gender", 5L));
    assertThat(metrics(run, "erased_rank")).isEqualTo(Map.of("gender", 1L));
  }

  @Test
  void aPlaceThatIsNullIsRefused() {
    run("place", activations("a", row -> row), nullable(null), "concepts=[gender]")
        .refusedWith("column position is null in row 0");
  }

  /** Labels with a column each; the first row at a position. */
  private Path nullable(Long first) {
    List<Row> rows = new ArrayList<>();
    ofOneHook()
        .forEach(
            row ->
                rows.add(
                    RowFactory.create(
                        row.sequence(),
                        rows.isEmpty() ? first : Long.valueOf(row.position()),
                        row.label(),
                        row.sequence() % 5 > 0 ? Double.valueOf(row.depth()) : null)));
    return new LabelledTables(folder, "gender").write(rows, WIDE, "wide");
  }

  private static Map<String, Long> metrics(JobRun run, String metric) throws IOException {
    Map<String, Long> byConcept = new TreeMap<>();
    for (ErasureReportRow row : run.rows(ErasureReportRow.TABLE)) {
      if (row.metric().equals(metric)) {
        byConcept.put(row.concept(), Math.round(row.value()));
      }
    }
    return byConcept;
  }
}
