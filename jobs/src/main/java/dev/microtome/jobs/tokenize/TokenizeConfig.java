package dev.microtome.jobs.tokenize;

import dev.microtome.config.ConfigException;
import dev.microtome.config.InputPath;
import dev.microtome.config.Option;
import dev.microtome.text.DocumentUnit;
import java.util.List;
import java.util.Optional;

/** Keys of {@link Tokenize}. */
public record TokenizeConfig(
    @Option(
            doc =
                "text: files, folders (searched at any depth) and globs, of .txt, .md, .jsonl, .json (one array) and .parquet,"
                    + " in UTF-8")
        List<InputPath> input,
    @Option(
            doc =
                "field of a .jsonl or .json object, column of a .parquet file, that holds the text",
            orElse = "text")
        String textField,
    @Option(
            doc =
                "what a document of a .txt or .md file is: file, line (blank ones left out) or paragraph (separated by blank"
                    + " lines); elsewhere a record is a document",
            orElse = "file")
        DocumentUnit documents,
    @Option(doc = "Hugging Face tokenizer.json, or a model's folder that has one")
        InputPath tokenizer,
    @Option(doc = "most tokens in a sequence, BOS included", orElse = "128") int contextLength,
    @Option(
            doc =
                "begin every sequence with the BOS token, which takes one of its places; otherwise none does unless the text or"
                    + " add-special-tokens puts it there",
            orElse = "true")
        boolean prependBos,
    @Option(
            doc =
                "true: documents of a part, joined by the EOS token, fill sequences to the last place, the last one excepted"
                    + " (TransformerLens's tokenize_and_concatenate); false: no sequence has text of two documents",
            orElse = "true")
        boolean pack,
    @Option(
            doc =
                "let the tokenizer add the special tokens of its own template to each document, such as [CLS] and [SEP]",
            orElse = "false")
        boolean addSpecialTokens,
    @Option(
            doc =
                "the BOS token as the vocabulary spells it; null: what the files beside the tokenizer or custom say",
            orElse = "null")
        Optional<String> bosToken,
    @Option(
            doc =
                "the EOS token as the vocabulary spells it; null: what the files beside the tokenizer or custom say",
            orElse = "null")
        Optional<String> eosToken,
    @Option(
            doc =
                "most bytes of files in a part, the unit that a restart repeats and a task works on, from 1 to 67108864; a .json"
                    + " file, a row group of a .parquet file and a document are not cut; documents are packed within their part",
            orElse = "16777216")
        long partBytes) {
  private static final int MAX_CONTEXT = 1 << 20;
  private static final long MAX_PART_BYTES = 1 << 26;

  /** Checks each value by itself. */
  public TokenizeConfig {
    input = List.copyOf(input);
    if (input.isEmpty()) {
      throw new ConfigException("input", input, "at least one file, folder or glob is needed");
    }
    if (textField.isEmpty()) {
      throw new ConfigException("text-field", "''", "a name is needed");
    }
    int least = prependBos ? 2 : 1;
    if (contextLength < least || contextLength > MAX_CONTEXT) {
      throw new ConfigException(
          "context-length",
          contextLength,
          "must be from "
              + least
              + (prependBos ? " (BOS and one token of text)" : "")
              + " to "
              + MAX_CONTEXT);
    }
    if (partBytes < 1 || partBytes > MAX_PART_BYTES) {
      throw new ConfigException("part-bytes", partBytes, "must be from 1 to " + MAX_PART_BYTES);
    }
  }
}
