package dev.microtome.jobs.gaps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.microtome.jobs.JobRun;
import dev.microtome.jobs.LocalSpark;
import dev.microtome.probing.TprGapSummaryRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The job over an encoder: [CLS], which says of words what attention brings there. */
@ExtendWith(LocalSpark.class)
class TprGapBertTest {
  private static final List<String> VOCABULARY =
      List.of(
          "[PAD] [UNK] [CLS] [SEP] she he treats wounds repairs engines bakes bread today gladly ."
              .split(" ", -1));
  private static final List<String> WORK =
      List.of("treats wounds", "repairs engines", "bakes bread");
  private static final String TEMPLATE =
      "[{'SpecialToken': {'id': '[CLS]', 'type_id': 0}}, {'Sequence': {'id': 'A', 'type_id': 0}},"
          + " %s{'SpecialToken': {'id': '[SEP]', 'type_id': 0}}]";

  @TempDir private Path folder;

  @Test
  void readsTheFirstToken() throws IOException {
    Path model = Files.createDirectory(folder.resolve("bert"));
    for (String file : List.of("config.json", "model.safetensors")) {
      Files.copy(
          Path.of("../common/src/test/resources/golden/models/bert", file), model.resolve(file));
    }
    Files.writeString(model.resolve("tokenizer.json"), tokenizer());
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 360; i++) {
      String text =
          (i % 2 == 0 ? "" : "Today ")
              + (i % 5 < 2 ? "She " : "He ")
              + WORK.get(i % 3)
              + (i % 7 < 3 ? " gladly." : ".");
      lines.append(
          "{\"text\": \"%s\", \"gender\": %s, \"profession\": %d}%n"
              .formatted(text, i % 5 < 2, i % 3));
    }
    Path documents = Files.writeString(folder.resolve("bios.jsonl"), lines);

    List<TprGapSummaryRow> summaries = run("out", model, documents);
    assertThat(summaries)
        .extracting(TprGapSummaryRow::hook)
        .containsOnly("blocks.2.hook_normalized_resid_post");
    TprGapSummaryRow none = summaries.get(0);
    assertThat(none.trainDocuments() + none.testDocuments()).isEqualTo(360);
    assertThat(none.accuracy()).isGreaterThan(none.majorityBaseline() + 0.3);
    assertThat(none.conceptAccuracy()).isGreaterThan(none.conceptMajorityBaseline() + 0.2);
    TprGapSummaryRow erased = summaries.get(1);
    assertThat(erased.conceptAccuracy()).isCloseTo(erased.conceptMajorityBaseline(), within(0.1));

    // Without the template it is a word that says nothing of the work.
    TprGapSummaryRow word =
        run("word", model, documents, "hooks=[embed.hook_embed]", "add-special-tokens=false")
            .get(0);
    assertThat(word.conceptAccuracy()).isGreaterThan(word.conceptMajorityBaseline());
    assertThat(word.accuracy()).isLessThan(0.5);
  }

  private List<TprGapSummaryRow> run(String output, Path model, Path documents, String... sets)
      throws IOException {
    List<String> all =
        new ArrayList<>(
            List.of(
                "model=" + model,
                "documents=" + documents,
                "pooling=first",
                "groups=[\"true\", \"false\"]",
                "c=[1e5]"));
    all.addAll(List.of(sets));
    return JobRun.of("tpr-gap", folder.resolve(output), all)
        .succeeded()
        .rows(TprGapSummaryRow.TABLE);
  }

  /** Whole words in lower case, with BERT's template. */
  private static String tokenizer() {
    List<String> entries = new ArrayList<>();
    for (String word : VOCABULARY) {
      entries.add("'%s': %d".formatted(word, entries.size()));
    }
    String special = "'%1$s': {'id': '%1$s', 'ids': [%2$d], 'tokens': ['%1$s']}";
    String added =
        "{'id': %d, 'content': '%s', 'single_word': false, 'lstrip': false, 'rstrip': false,"
            + " 'normalized': false, 'special': true}";
    return """
    {'version': '1.0', 'truncation': null, 'padding': null, 'added_tokens': [%s, %s],
     'normalizer': {'type': 'Lowercase'}, 'pre_tokenizer': {'type': 'BertPreTokenizer'},
     'post_processor': {'type': 'TemplateProcessing', 'single': %s, 'pair': %s,
       'special_tokens': {%s, %s}},
     'decoder': null, 'model': {'type': 'WordLevel', 'vocab': {%s}, 'unk_token': '[UNK]'}}
    """
        .formatted(
            added.formatted(2, "[CLS]"),
            added.formatted(3, "[SEP]"),
            TEMPLATE.formatted(""),
            TEMPLATE.formatted("{'Sequence': {'id': 'B', 'type_id': 1}}, "),
            special.formatted("[CLS]", 2),
            special.formatted("[SEP]", 3),
            String.join(", ", entries))
        .replace('\'', '"');
  }
}
