package dev.microtome.jobs.erasers;

import dev.microtome.jobs.JobRun;
import dev.microtome.jobs.LocalSpark;
import dev.microtome.jobs.labels.LabelledTables;
import dev.microtome.jobs.labels.LabelledTables.Example;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What fit-leace does not take. */
@ExtendWith(LocalSpark.class)
class FitLeaceRefusalsTest extends FitLeaceRuns {
  @Test
  void refusesLabelsThatCannotBeErased() throws IOException {
    Path activations = activations("a", row -> row);
    run("one", activations, labels("one-l", row -> "male".equals(row.label())), "concepts=[gender]")
        .refusedWith("labels are 'male'; two classes are needed");
    run(
            "single",
            activations,
            labels("single-l", row -> !"male".equals(row.label()) || isFirstMale(row)),
            "concepts=[gender]")
        .refusedWith("concept 'gender': class 'male' has one label only");
    run("typo", activations, labels("l", row -> true), "concepts=[gendr]")
        .refusedWith("concepts: no label has the concept 'gendr': did you mean 'gender'?");
    run("text", activations, folder.resolve("l"), "concepts=[gender]", "real-valued=[gender]")
        .refusedWith("concept 'gender': value '");
    run("column", activations, wide("w"), "concepts=[year]")
        .refusedWith("has no column 'year': there are [sequence_id, position, gender, depth]");
    run("near", activations, folder.resolve("w"), "concepts=[dept]")
        .refusedWith("has no column 'dept': did you mean 'depth'?");
    run("list", activations, activations, "concepts=[activation]")
        .refusedWith("column 'activation' is of none of the types [text, whole, number, truth]");
    run("hook", activations, folder.resolve("l"), "concepts=[gender]", "hooks=[ln_final.hook]")
        .refusedWith("is of ln_final.hook");
  }

  /** Labels of both genders, of which too few are of these activations. */
  @Test
  void refusesActivationsOfOneClassAndAClassOfOne() throws IOException {
    Path labels = labels("l", row -> true);
    String[] keys = {"concepts=[gender]", "max-unmatched-labels=1"};
    run("one", activations("women", row -> "female".equals(row.label()) ? row : null), labels, keys)
        .refusedWith("activations are of class [female]; two classes are needed");
    Path oneMan =
        activations("man", row -> "male".equals(row.label()) && !isFirstMale(row) ? null : row);
    String message =
        "hook_embed, concept 'gender': class 'male' has one row only, which an eraser would single out";
    run("single", oneMan, labels, keys[0], keys[1], "hooks=[hook_embed]").refusedWith(message);
    run("quadratic", oneMan, labels, keys[0], keys[1], "hooks=[hook_embed]", "method=quadratic")
        .refusedWith(message);
  }

  @Test
  void refusesNumbersThatAreAllOneAndClassesWithoutRows() throws IOException {
    Path activations = activations("a", row -> row);
    run(
            "constant",
            activations("same", row -> row.depth() == 2 ? row : null),
            wide("w"),
            "concepts=[gender/depth]",
            "max-unmatched-labels=1")
        .refusedWith("concept 'gender/depth': depth is 2.0 in all ");
    run(
            "quadratic",
            activations,
            folder.resolve("w"),
            "concepts=[gender,depth]",
            "method=quadratic")
        .refusedWith(
            "method: invalid value quadratic: erases the classes of one column; 'depth' is of numbers");
    run("columns", activations, folder.resolve("w"), "concepts=[gender/gender]", "method=quadratic")
        .refusedWith("'gender/gender' is of several columns");
    run(
            "missing",
            activations("none", row -> row.label() == null ? null : row),
            folder.resolve("w"),
            "concepts=[gender]",
            "method=quadratic")
        .refusedWith("no activation is of class 'none', which has so no covariance");
  }

  @Test
  void refusesLabelsAndActivationsThatDoNotMeet() throws IOException {
    Path few = activations("few", row -> row.sequence() < 8 ? row : null);
    String message =
        "%d of %d labels have no activation, more than max-unmatched-labels = 0.5 allows"
            .formatted(labels(row -> row.sequence() >= 8), labels(row -> true));
    run("labels", few, labels("l", row -> true), "concepts=[gender]").refusedWith(message);
    // Those that have no label are of a class, and no labels for that.
    run("class", few, folder.resolve("l"), "concepts=[gender]", "unlabelled=class")
        .refusedWith(message);
    run("allowed", few, folder.resolve("l"), "concepts=[gender]", "max-unmatched-labels=1")
        .succeeded();
    Path all = activations("all", row -> row);
    run("activations", all, folder.resolve("l"), "concepts=[gender]", "max-unlabelled=0.1")
        .refusedWith("of 200 activations have no label, more than max-unlabelled = 0.1 allows");
    Path other = labels("other", row -> row.sequence() >= 8);
    String none = "none of 40 activations has a label";
    run("none", few, other, "concepts=[gender]").refusedWith(none);
    run("none", few, other, "concepts=[gender]", "unlabelled=class").refusedWith(none);
  }

  /** The same sequence_id and position in another corpus are another token. */
  @Test
  void refusesLabelsOfAnotherText() {
    StructType schema =
        new StructType()
            .add("sequence_id", DataTypes.LongType)
            .add("position", DataTypes.LongType)
            .add("token_id", DataTypes.LongType)
            .add("gender", DataTypes.StringType);
    List<Row> rows =
        ofOneHook().stream()
            .filter(row -> row.label() != null)
            .map(
                row ->
                    RowFactory.create(
                        row.sequence(),
                        (long) row.position(),
                        row.sequence() == 9 ? 7L : 0L,
                        row.label()))
            .toList();
    Path table = new LabelledTables(folder, "gender").write(rows, schema, "text");
    JobRun run = run("text-out", activations("a", row -> row), table, "concepts=[gender]");
    run.refusedWith("sequence_id 9, position ");
    run.refusedWith("token_id is 0, labels ");
    run.refusedWith(" have token_id 7 there; they are of another text or tokenizer");
  }

  @Test
  void refusesWhatIsNotFiniteAndVectorsOfTwoWidths() throws IOException {
    run(
            "nan",
            activations(
                "nan-a",
                row -> {
                  if (row.sequence() == 7 && row.label() != null) {
                    row.x()[2] = Float.NaN;
                  }
                  return row;
                }),
            labels("l", row -> true),
            "concepts=[gender]")
        .refusedWith("sequence_id 7, position ");
    run(
            "widths",
            activations(
                "widths-a",
                row ->
                    row.sequence() == 7
                        ? new Example(
                            row.hook(),
                            7,
                            row.position(),
                            0,
                            new float[5],
                            row.label(),
                            row.depth())
                        : row),
            folder.resolve("l"),
            "concepts=[gender]")
        .refusedWith("5 numbers, where rows before have 6");
  }

  /** Whole numbers may have 64 bits, as long as the number is a place in a sequence. */
  @Test
  void refusesPositionsThatAreNone() {
    StructType schema =
        new StructType()
            .add("sequence_id", DataTypes.LongType)
            .add("position", DataTypes.LongType)
            .add("concept", DataTypes.StringType)
            .add("value", DataTypes.StringType);
    List<Row> rows =
        List.of(
            RowFactory.create(0L, 1L, "gender", "male"),
            RowFactory.create(0L, 1L << 31, "gender", "female"));
    Path table = new LabelledTables(folder, "gender").write(rows, schema, "far");
    run("far-out", activations("a", row -> row), table, "concepts=[gender]")
        .refusedWith(
            "column position is 2147483648 in row 1, expected a whole number from -2147483648 to 2147483647");
  }

  /** How many labels of gender these rows of a hook point have. */
  private static long labels(Predicate<Example> of) {
    return ofOneHook().stream().filter(row -> row.label() != null).filter(of).count();
  }

  private static boolean isFirstMale(Example row) {
    Example first =
        ofOneHook().stream().filter(each -> "male".equals(each.label())).findFirst().orElseThrow();
    return row.sequence() == first.sequence() && row.position() == first.position();
  }
}
