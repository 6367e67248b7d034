package dev.microtome.jobs.erasers;

import dev.microtome.jobs.LocalSpark;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What fit-leace does not take. */
@ExtendWith(LocalSpark.class)
class FitLeaceRefusalsTest extends FitLeaceRuns {
  @Test
  void refusesLabelsThatCannotBeErased() throws IOException {
    Path activations = activations("a", row -> row);
    run(
            "one",
            activations,
            labels("one-l", row -> "male".equals(row.gender())),
            "concepts=[gender]")
        .refusedWith("labels are 'male'; two classes are needed");
    run(
            "single",
            activations,
            labels("single-l", row -> !"male".equals(row.gender()) || isFirstMale(row)),
            "concepts=[gender]")
        .refusedWith("concept 'gender': class 'male' has one label only");
    run("typo", activations, labels("l", row -> true), "concepts=[gendr]")
        .refusedWith("concepts: no label has the concept 'gendr': did you mean 'gender'?");
    run("text", activations, folder.resolve("l"), "concepts=[gender]", "real-valued=[gender]")
        .refusedWith("concept 'gender': value '");
    run("column", activations, wide("w"), "concepts=[year]")
        .refusedWith("has no column year of [text, whole, number, truth]");
    run("hook", activations, folder.resolve("l"), "concepts=[gender]", "hooks=[ln_final.hook]")
        .refusedWith("is of ln_final.hook");
  }

  @Test
  void refusesLabelsAndActivationsThatDoNotMeet() throws IOException {
    Path few = activations("few", row -> row.sequence() < 8 ? row : null);
    run("labels", few, labels("l", row -> true), "concepts=[gender]")
        .refusedWith("labels have no activation, more than max-unmatched-labels = 0.5 allows");
    run("allowed", few, folder.resolve("l"), "concepts=[gender]", "max-unmatched-labels=1")
        .succeeded();
    Path all = activations("all", row -> row);
    run("activations", all, folder.resolve("l"), "concepts=[gender]", "max-unlabelled=0.1")
        .refusedWith("of 200 activations have no label, more than max-unlabelled = 0.1 allows");
    run("none", few, labels("other", row -> row.sequence() >= 8), "concepts=[gender]")
        .refusedWith("none of 40 activations has a label");
  }

  @Test
  void refusesWhatIsNotFiniteAndVectorsOfTwoWidths() throws IOException {
    run(
            "nan",
            activations(
                "nan-a",
                row -> {
                  if (row.sequence() == 7 && row.gender() != null) {
                    row.x()[2] = Float.NaN;
                  }
                  return row;
                }),
            labels("l", row -> true),
            "concepts=[gender]")
        .refusedWith("number 2 of row");
    run(
            "widths",
            activations(
                "widths-a",
                row ->
                    row.sequence() == 7
                        ? new Example(
                            row.hook(), 7, row.position(), new float[5], row.gender(), row.depth())
                        : row),
            folder.resolve("l"),
            "concepts=[gender]")
        .refusedWith("5 numbers, where rows before have 6");
  }

  private static boolean isFirstMale(Example row) {
    Example first =
        ofOneHook().stream().filter(each -> "male".equals(each.gender())).findFirst().orElseThrow();
    return row.sequence() == first.sequence() && row.position() == first.position();
  }
}
