package dev.microtome.jobs.tokenize;

import com.google.auto.service.AutoService;
import dev.microtome.config.ConfigException;
import dev.microtome.config.InputPath;
import dev.microtome.jobs.Inputs;
import dev.microtome.jobs.Job;
import dev.microtome.jobs.JobContext;
import dev.microtome.jobs.PartIdentities;
import dev.microtome.jobs.Plan;
import dev.microtome.jobs.TaskMemory;
import dev.microtome.run.FileEntry;
import dev.microtome.run.FileStore;
import dev.microtome.run.InputException;
import dev.microtome.table.TableSpec;
import dev.microtome.text.DocumentUnit;
import dev.microtome.text.SequenceLayout;
import dev.microtome.text.SpecialTokens;
import dev.microtome.text.TextFormat;
import dev.microtome.text.TextPart;
import dev.microtome.text.TextSlice;
import dev.microtome.text.TokenRow;
import dev.microtome.text.Tokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Turns text into sequences of token ids, the input of everything that runs a model.
 *
 * <p>Reads text files. Writes {@code tokens}, one {@link TokenRow} a sequence, in the order of the
 * text.
 *
 * <pre>{@code
 * spark-submit microtome.jar tokenize --config conf/jobs/tokenize.conf \
 *   --set input=books --set tokenizer=models/stories260K-llama --output runs/tokens
 * }</pre>
 */
@AutoService(Job.class)
@SuppressWarnings("rawtypes") // a service is named by its raw type
public final class Tokenize implements Job<TokenizeConfig, TokenizePart> {
  /** English text in a byte-pair vocabulary; for the display of a plan only. */
  private static final int BYTES_PER_TOKEN = 4;

  /**
   * What encoding a document takes for each byte of its text, nearly all of it native: 157 were
   * measured with a vocabulary of 512 tokens ({@code .bench/run.sh memory tokenize-file}).
   */
  private static final int ENCODING_BYTES = 160;

  @Override
  public String name() {
    return "tokenize";
  }

  @Override
  public String summary() {
    return "Text files to sequences of token ids";
  }

  @Override
  public Class<TokenizeConfig> configType() {
    return TokenizeConfig.class;
  }

  @Override
  public List<TableSpec<?>> tables() {
    return List.of(TokenRow.TABLE);
  }

  @Override
  public Plan<TokenizePart> plan(TokenizeConfig config, Inputs inputs) {
    TokenizerUse use = tokenizer(config, inputs);
    List<FileEntry> files = inputs.text(config.input(), TextFormat.suffixes());
    List<TextPart> parts = TextPart.cut(files, config.documents(), config.partBytes());
    new CorpusCheck(
            new CorpusReader(
                inputs.files(), inputs.tables(), config.documents(), config.textField()))
        .check(files, parts);
    long bytes = parts.stream().mapToLong(TextPart::bytes).sum();
    long tokens = bytes / BYTES_PER_TOKEN;
    return new Plan<>(
            parts.stream()
                .map(part -> new TokenizePart(part, config.documents(), config.textField(), use))
                .toList(),
            "bytes",
            bytes,
            Math.max(1, tokens / config.contextLength()),
            tokens * Integer.BYTES)
        .withIdentities(new PartIdentities(identities(parts, files), Set.copyOf(config.input())));
  }

  /** Ids of sequences have the part's position in them. */
  private static List<String> identities(List<TextPart> parts, List<FileEntry> files) {
    Map<String, FileEntry> byPath =
        files.stream().collect(Collectors.toMap(FileEntry::path, Function.identity()));
    List<String> identities = new ArrayList<>();
    for (TextPart part : parts) {
      StringBuilder facts = new StringBuilder().append(identities.size());
      for (TextSlice slice : part.slices()) {
        FileEntry file = byPath.get(slice.path());
        facts
            .append('\n')
            .append(slice.name())
            .append('\n')
            .append(file.bytes())
            .append(' ')
            .append(file.modifiedMillis())
            .append(' ')
            .append(slice.from())
            .append(' ')
            .append(slice.to());
      }
      identities.add(facts.toString());
    }
    return identities;
  }

  @Override
  public TaskMemory memory(TokenizeConfig config, Plan<TokenizePart> plan, Inputs inputs) {
    if (config.documents() != DocumentUnit.FILE) {
      return TaskMemory.steady("a document at a time");
    }
    long largest =
        plan.parts().stream()
            .flatMap(part -> part.text().slices().stream())
            .mapToLong(TextSlice::bytes)
            .max()
            .orElse(0);
    return new TaskMemory(
        largest * ENCODING_BYTES,
        "the largest file, which is encoded as one document; documents = paragraph takes little");
  }

  @Override
  public void run(TokenizeConfig config, Plan<TokenizePart> plan, JobContext context) {
    context.runParts(plan, TokenizePart::run);
  }

  private static TokenizerUse tokenizer(TokenizeConfig config, Inputs inputs) {
    try {
      FileStore files = inputs.files();
      String file = Tokenizer.file(files, config.tokenizer().value());
      inputs.file(config.tokenizer(), file);
      for (String sibling : Tokenizer.siblings()) {
        String path = file.substring(0, file.lastIndexOf('/') + 1) + sibling;
        if (files.exists(path)) {
          inputs.file(new InputPath(path));
        }
      }
      try (Tokenizer tokenizer = Tokenizer.open(files, file)) {
        return new TokenizerUse(
            file,
            tokenizer.digest(),
            tokenizer.vocabularySize(),
            config.addSpecialTokens() ? SpecialTokens.INCLUDE : SpecialTokens.EXCLUDE,
            layout(config, tokenizer));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static SequenceLayout layout(TokenizeConfig config, Tokenizer tokenizer) {
    int bos = SequenceLayout.NONE;
    if (config.prependBos()) {
      bos =
          token("bos-token", config.bosToken(), tokenizer.bos(), tokenizer)
              .orElseThrow(
                  () ->
                      new InputException(
                          "prepend-bos: "
                              + tokenizer
                              + " has no BOS token: use prepend-bos = false or name one in bos-token"));
      int[] added = tokenizer.encode("", SpecialTokens.INCLUDE);
      if (config.addSpecialTokens() && added.length > 0 && added[0] == bos) {
        throw new InputException(
            "prepend-bos and add-special-tokens: "
                + tokenizer
                + " adds '"
                + tokenizer.token(bos)
                + "' by itself: set one of them to false");
      }
    }
    if (!config.pack()) {
      return SequenceLayout.byDocument(config.contextLength(), bos);
    }
    int eos =
        token("eos-token", config.eosToken(), tokenizer.eos(), tokenizer)
            .orElseThrow(
                () ->
                    new InputException(
                        "pack: "
                            + tokenizer
                            + " has no EOS token to join documents: use pack = false or name one in eos-token"));
    return SequenceLayout.packed(config.contextLength(), bos, eos);
  }

  private static OptionalInt token(
      String key, Optional<String> named, OptionalInt own, Tokenizer tokenizer) {
    if (named.isEmpty()) {
      return own;
    }
    OptionalInt id = tokenizer.id(named.get());
    if (id.isEmpty()) {
      throw new ConfigException(key, "'" + named.get() + "'", "must be a token of " + tokenizer);
    }
    return id;
  }
}
