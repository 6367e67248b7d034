package dev.microtome.jobs.gaps;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microtome.jobs.JobRun;
import dev.microtome.jobs.LocalSpark;
import dev.microtome.probing.TprGapSummaryRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The experiment as it is published: the last hidden state of a BERT at [CLS]. */
@ExtendWith(LocalSpark.class)
class TprGapBertTest {
  private static final Path GOLDEN = Path.of("../common/src/test/resources/golden/models/bert");
  private static final List<String> WORDS =
      List.of(
          "[PAD]", "[UNK]", "[CLS]", "[SEP]", "she", "he", "treats", "wounds", "repairs", "engines",
          "bakes", "bread", "every", "day");

  @TempDir private Path folder;

  /** Random weights, and a tokenizer of whole words. */
  @BeforeEach
  void writeModel() throws IOException {
    Files.createDirectory(folder.resolve("bert"));
    for (String file : List.of("config.json", "model.safetensors")) {
      Files.copy(GOLDEN.resolve(file), folder.resolve("bert").resolve(file));
    }
    String vocabulary =
        IntStream.range(0, WORDS.size())
            .mapToObj(id -> "\"%s\": %d".formatted(WORDS.get(id), id))
            .collect(Collectors.joining(", "));
    String added =
        IntStream.range(0, 4)
            .mapToObj(
                id ->
                    "{\"id\": %d, \"content\": \"%s\", \"single_word\": false, \"lstrip\": false, \"rstrip\": false, \"normalized\": false, \"special\": true}"
                        .formatted(id, WORDS.get(id)))
            .collect(Collectors.joining(", "));
    Files.writeString(
        folder.resolve("bert/tokenizer.json"),
        """
        {"version": "1.0", "truncation": null, "padding": null,
         "added_tokens": [%s],
         "normalizer": {"type": "Lowercase"}, "pre_tokenizer": {"type": "Whitespace"},
         "post_processor": {"type": "TemplateProcessing",
           "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
           "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
           "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [2], "tokens": ["[CLS]"]}, "[SEP]": {"id": "[SEP]", "ids": [3], "tokens": ["[SEP]"]}}},
         "decoder": null,
         "model": {"type": "WordLevel", "unk_token": "[UNK]", "vocab": {%s}}}
        """
            .formatted(added, vocabulary));
  }

  /** A document without a label or a group is left out; one beyond the context is cut. */
  @Test
  void readsTheFirstTokenBehindTheLastNorm() throws IOException {
    List<String> work = List.of("treats wounds", "repairs engines", "bakes bread");
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 240; i++) {
      String text = (i % 4 == 0 ? "She " : "He ") + work.get(i % 3) + " every day";
      String gender = i == 8 ? "null" : i % 4 == 0 ? "\"female\"" : "\"male\"";
      String profession = i == 9 ? "null" : Integer.toString(i % 3);
      lines.add(
          "{\"text\": \"%s\", \"gender\": %s, \"profession\": %s}"
              .formatted(i == 10 ? text.repeat(60) : text, gender, profession));
    }
    for (int i = 0; i < 3; i++) {
      lines.add("{\"text\": \"Day\", \"gender\": \"neither\", \"profession\": 1}");
    }
    Path file = Files.write(folder.resolve("bios.jsonl"), lines);

    JobRun planned = run(file, "groups=[female, male]", "pooling=first", "--dry-run").succeeded();
    assertThat(planned.out())
        .contains("labels: column profession; groups: female minus male of column gender;");
    List<TprGapSummaryRow> rows =
        run(file, "groups=[female, male]", "pooling=first", "c=[1e4]")
            .succeeded()
            .rows(TprGapSummaryRow.TABLE);
    assertThat(rows).hasSize(2);
    for (TprGapSummaryRow row : rows) {
      assertThat(row.hook()).isEqualTo("blocks.2.hook_normalized_resid_post");
      assertThat(row.layer()).isEqualTo(2);
      assertThat(row.leftOut()).isEqualTo(5);
      assertThat(row.trainDocuments() + row.testDocuments()).isEqualTo(238);
    }
    // [CLS] sees the words.
    assertThat(rows.get(0).accuracy()).isEqualTo(1);
    assertThat(rows.get(0).conceptAccuracy()).isEqualTo(1);
    assertThat(rows.get(1).conceptAccuracy()).isLessThan(0.9);
  }

  @Test
  void refusesATokenizerWithMoreTokensThanTheModelEmbeds() throws IOException {
    Path tokenizer = folder.resolve("bert/tokenizer.json");
    Files.writeString(
        tokenizer, Files.readString(tokenizer).replace("\"day\": 13", "\"day\": 110"));
    Path file =
        Files.writeString(
            folder.resolve("bios.jsonl"),
            "{\"text\": \"She\", \"gender\": \"female\", \"profession\": 1}");
    run(file, "--dry-run").refusedWith("its tokenizer.json has ");
  }

  private JobRun run(Path documents, String... sets) {
    List<String> all =
        new ArrayList<>(List.of("model=" + folder.resolve("bert"), "documents=" + documents));
    all.addAll(List.of(sets));
    return JobRun.of("tpr-gap", folder.resolve("out"), all);
  }
}
