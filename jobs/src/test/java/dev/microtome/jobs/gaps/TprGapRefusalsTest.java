package dev.microtome.jobs.gaps;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microtome.jobs.JobRun;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.Test;

/** What cannot be measured ends in a message that says why. */
class TprGapRefusalsTest extends TprGapRuns {
  @Test
  void refusesWhatCannotBeCompared() {
    Path one = people("one", "nurse", "female", "pilot", "female");
    run("a", one).refusedWith("has one value only, 'female'; two are compared");
    Path same = people("same", "nurse", "female", "nurse", "male");
    run("b", same)
        .refusedWith("column profession has one value only, 'nurse', in all of the 80 documents");
    Path three = people("three", "nurse", "female", "pilot", "male", "baker", "neither");
    run("c", three)
        .refusedWith("has 3 values, female, male, neither; two are compared: name them in groups");
    run("d", three, "groups=[female, woman]")
        .refusedWith("groups: invalid value woman: column gender of");
    Path apart = people("apart", "nurse", "female", "pilot", "male");
    run("e", apart)
        .refusedWith("no label has documents of both groups, female and male, among the");
    Path rare =
        people("rare", Stream.concat(many(), Stream.of("pope", "male")).toArray(String[]::new));
    run("f", rare, "train-documents=20")
        .refusedWith("documents with 'pope' is among the 20 to fit to");
    run("g", apart, "--dry-run", "label-column=work")
        .refusedWith("has no column 'work': there are [profession, gender, text]");
    run("h", apart, "--dry-run", "text-column=words").refusedWith("text-column: ");
    run("i", apart, "--dry-run", "pooling=first")
        .refusedWith("the first token of a causal model, here microtome_toy, sees no other");
    run("j", apart, "--dry-run", "hooks=[blocks.0.attn.hook_pattern]")
        .refusedWith("hooks: hook 'blocks.0.attn.hook_pattern' is as wide as a sequence is long");
    run("k", apart, "--dry-run", "max-tokens=1")
        .refusedWith("max-tokens: 1 tokens have no room for text beside 1 special ones");
    JobRun.of(
            "tpr-gap",
            folder.resolve("l"),
            List.of(
                "model=../common/src/test/resources/golden/models/bert",
                "documents=" + apart,
                "--dry-run"))
        .refusedWith("has no tokenizer.json, which turns documents into tokens");
    assertThat(folder.resolve("a")).doesNotExist();
  }

  private static Stream<String> many() {
    return Stream.of("nurse", "female", "nurse", "male", "pilot", "male", "pilot", "female");
  }

  @Test
  void refusesNumbersThatAreNone() {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      rows.add(RowFactory.create(i % 4 < 2 ? 1.0 : 2.0, i == 9 ? Double.NaN : i % 2, "She"));
    }
    Path table =
        write(
            "numbers",
            rows,
            "profession",
            DataTypes.DoubleType,
            "gender",
            DataTypes.DoubleType,
            "text",
            DataTypes.StringType);
    run("out", table).refusedWith("column gender is NaN in row 9");
  }

  /** 40 documents of each pair of a profession and a gender, of the last one alone. */
  private Path people(String name, String... pairs) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < pairs.length; i += 2) {
      int copies = pairs[i].equals("pope") ? 1 : 40;
      for (int copy = 0; copy < copies; copy++) {
        rows.add(RowFactory.create(pairs[i], pairs[i + 1], "She treats wounds."));
      }
    }
    return write(
        name,
        rows,
        "profession",
        DataTypes.StringType,
        "gender",
        DataTypes.StringType,
        "text",
        DataTypes.StringType);
  }
}
