package dev.microtome.text;

import ai.djl.huggingface.tokenizers.jni.CharSpan;
import ai.djl.huggingface.tokenizers.jni.LibUtils;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import dev.microtome.run.Digest;
import dev.microtome.run.FileEntry;
import dev.microtome.run.FileStore;
import dev.microtome.run.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * A Hugging Face tokenizer: the native library's own, so that ids are those of Python's {@code
 * tokenizers}, exactly. Whatever truncation and padding its file asks for are switched off: a text
 * is encoded whole.
 *
 * <p>Encoding one text uses one thread and keeps the word cache that all threads share. Safe for
 * use by several threads; must be closed.
 *
 * <p>Files are taken as hostile: their size is bounded, they must be well-formed, and constructs
 * that are known to make the native library end the process are refused first. A pattern that
 * backtracks for ever is not detected.
 */
public final class Tokenizer implements AutoCloseable {
  /** Largest tokenizer.json that is read; the largest in use are below 40 MB. */
  public static final int MAX_FILE_BYTES = 128 << 20;

  private static final String FILE_NAME = "tokenizer.json";
  private static final TokenizersLibrary NATIVE = load();

  private final String file;
  private final String digest;
  private final TokenizerJson json;
  private final OptionalInt bos;
  private final OptionalInt eos;
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private long handle;

  private Tokenizer(String file, byte[] content, TokenizerJson.Folder folder) throws IOException {
    this.file = file;
    this.digest = Digest.of(content);
    this.json = new TokenizerJson(file, content);
    SpecialIds ids = SpecialIds.find(json, folder);
    this.bos = ids.bos();
    this.eos = ids.eos();
    this.handle = create(file, content);
    NATIVE.disableTruncation(handle);
    NATIVE.disablePadding(handle);
  }

  /**
   * Opens a tokenizer.json, or a model's folder that has one.
   *
   * @throws InputException when the file is missing or is not a tokenizer
   */
  public static Tokenizer open(Path path) throws IOException {
    Path file = Files.isDirectory(path) ? path.resolve(FILE_NAME) : path;
    if (!Files.isRegularFile(file)) {
      throw missing(file.toString());
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] content = bounded(in, file.toString());
      return new Tokenizer(
          file.toString(),
          content,
          name -> {
            Path sibling = file.resolveSibling(name);
            if (!Files.isRegularFile(sibling)) {
              return Optional.empty();
            }
            try (InputStream beside = Files.newInputStream(sibling)) {
              return Optional.of(bounded(beside, sibling.toString()));
            }
          });
    }
  }

  /**
   * Opens a tokenizer.json, or a model's folder that has one, on any file system.
   *
   * @throws InputException when the file is missing or is not a tokenizer
   */
  public static Tokenizer open(FileStore files, String path) throws IOException {
    String file = file(files, path);
    try (InputStream in = files.open(file)) {
      byte[] content = bounded(in, file);
      String folder = file.substring(0, file.lastIndexOf('/') + 1);
      return new Tokenizer(
          file,
          content,
          name -> {
            if (!files.exists(folder + name)) {
              return Optional.empty();
            }
            try (InputStream beside = files.open(folder + name)) {
              return Optional.of(bounded(beside, folder + name));
            }
          });
    }
  }

  /**
   * The fully qualified tokenizer.json that {@link #open(FileStore, String)} reads.
   *
   * @throws InputException when there is none
   */
  public static String file(FileStore files, String path) throws IOException {
    String qualified = files.qualify(path);
    Optional<FileEntry> entry = files.status(qualified);
    if (entry.isPresent() && entry.get().folder()) {
      qualified = FileStore.resolve(qualified, FILE_NAME);
      entry = files.status(qualified);
    }
    if (entry.isEmpty() || entry.get().folder()) {
      throw missing(qualified);
    }
    return qualified;
  }

  /**
   * Names of the files beside a tokenizer.json that say which tokens are BOS and EOS, most trusted
   * first.
   */
  public static List<String> siblings() {
    return SpecialIds.FILES;
  }

  /** SHA-256 of the tokenizer.json, hexadecimal. */
  public String digest() {
    return digest;
  }

  /** Largest id + 1, added tokens included: rows that an embedding needs. */
  public int vocabularySize() {
    return json.size();
  }

  /**
   * The token that begins a text: as tokenizer_config.json or the model's config.json beside the
   * tokenizer says, else the special token of a customary name, else {@link #eos}, as in
   * TransformerLens.
   */
  public OptionalInt bos() {
    return bos;
  }

  /** The token that ends a text, found as {@link #bos} is. */
  public OptionalInt eos() {
    return eos;
  }

  /**
   * The id of a token as the vocabulary spells it, such as {@code Ġworld} or {@code <|endoftext|>}.
   */
  public OptionalInt id(String token) {
    return json.id(token);
  }

  /**
   * The token of an id as the vocabulary spells it; empty where the vocabulary has a gap.
   *
   * @throws IllegalArgumentException when the id is not below {@link #vocabularySize}
   */
  public String token(int id) {
    checkId(id);
    String token = json.token(id);
    return token == null ? "" : token;
  }

  /**
   * Ids of a text. A special token that stands in the text is read as that token.
   *
   * @throws IllegalArgumentException when the text has half a surrogate pair
   * @throws InputException when the tokenizer has no token for something in the text
   */
  public int[] encode(String text, SpecialTokens special) {
    return withEncoding(
        text,
        special,
        encoding -> {
          long[] ids = ids(encoding);
          int[] result = new int[ids.length];
          for (int i = 0; i < ids.length; i++) {
            result[i] = (int) ids[i];
          }
          return result;
        });
  }

  /** Tokens of a text with what they cover of it; slower than {@link #encode}. */
  public List<Token> tokens(String text, SpecialTokens special) {
    return withEncoding(
        text,
        special,
        encoding -> {
          long[] ids = ids(encoding);
          String[] texts = NATIVE.getTokens(encoding);
          CharSpan[] spans = NATIVE.getTokenCharSpans(encoding);
          List<Token> tokens = new ArrayList<>(ids.length);
          for (int i = 0; i < ids.length; i++) {
            boolean covers = spans[i] != null;
            tokens.add(
                new Token(
                    (int) ids[i],
                    texts[i],
                    covers ? spans[i].getStart() : 0,
                    covers ? spans[i].getEnd() : 0));
          }
          return List.copyOf(tokens);
        });
  }

  /**
   * Text of ids. Not always the text that was encoded: some tokenizers normalise.
   *
   * @throws IllegalArgumentException when an id is not below {@link #vocabularySize}
   */
  public String decode(int[] ids, SpecialTokens special) {
    long[] wide = new long[ids.length];
    for (int i = 0; i < ids.length; i++) {
      checkId(ids[i]);
      wide[i] = ids[i];
    }
    return withHandle(open -> NATIVE.decode(open, wide, special == SpecialTokens.EXCLUDE));
  }

  /**
   * UTF-8 bytes by which the tokens behind the first make its text longer: what a model that is
   * given the first predicts. Special tokens have no text. A character that the sequence's ends cut
   * counts as the replacement character, 3 bytes.
   *
   * @throws IllegalArgumentException when an id is not below {@link #vocabularySize}
   */
  public long bytesBehindFirst(int[] ids) {
    return Math.max(0, bytes(ids) - bytes(Arrays.copyOf(ids, Math.min(1, ids.length))));
  }

  private long bytes(int[] ids) {
    return decode(ids, SpecialTokens.EXCLUDE).getBytes(StandardCharsets.UTF_8).length;
  }

  /** Frees the native tokenizer, once no thread uses it. */
  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      if (handle != 0) {
        NATIVE.deleteTokenizer(handle);
        handle = 0;
      }
    } finally {
      lock.writeLock().unlock();
    }
  }

  @Override
  public String toString() {
    return file;
  }

  private <R> R withEncoding(String text, SpecialTokens special, Use<R> use) {
    int lone = Utf8.loneSurrogate(text);
    if (lone >= 0) {
      throw new IllegalArgumentException("character " + lone + " is half of a surrogate pair");
    }
    return withHandle(
        open -> {
          long encoding;
          try {
            // One text a call: the library's batches take threads of their own, beside those that
            // Spark counts,
            // and end the process when a text cannot be encoded.
            encoding = NATIVE.encode(open, text, special == SpecialTokens.INCLUDE);
          } catch (RuntimeException e) {
            throw new InputException(file + " cannot encode a text: " + e.getMessage(), e);
          }
          try {
            return use.of(encoding);
          } finally {
            NATIVE.deleteEncoding(encoding);
          }
        });
  }

  private <R> R withHandle(Use<R> use) {
    lock.readLock().lock();
    try {
      if (handle == 0) {
        throw new IllegalStateException("the tokenizer is closed: " + file);
      }
      return use.of(handle);
    } finally {
      lock.readLock().unlock();
    }
  }

  private long[] ids(long encoding) {
    long[] ids = NATIVE.getTokenIds(encoding);
    for (long id : ids) {
      if (id >= json.size()) { // a post-processor may add any number
        throw new InputException(
            file + " gives id " + id + ", its vocabulary has 0 to " + (json.size() - 1));
      }
    }
    return ids;
  }

  private void checkId(int id) {
    if (id < 0 || id >= json.size()) {
      throw new IllegalArgumentException(
          "token id " + id + ": the vocabulary has 0 to " + (json.size() - 1));
    }
  }

  private static long create(String file, byte[] content) {
    try {
      return NATIVE.createTokenizerFromString(Utf8.decode(content, 0, content.length, file, 0));
    } catch (RuntimeException e) {
      throw new InputException(file + " is not a tokenizer: " + e.getMessage(), e);
    }
  }

  private static byte[] bounded(InputStream in, String file) throws IOException {
    byte[] content = in.readNBytes(MAX_FILE_BYTES + 1);
    if (content.length > MAX_FILE_BYTES) {
      throw new InputException(
          file + " has more than " + MAX_FILE_BYTES + " bytes: not a tokenizer");
    }
    return content;
  }

  private static InputException missing(String file) {
    return new InputException(
        "No tokenizer at " + file + " (a tokenizer.json or a folder that has one)");
  }

  private static TokenizersLibrary load() {
    // Where a GPU is found the loader would fetch another build from the network, unless it is told
    // not to.
    if (System.getProperty("ai.djl.offline") == null) {
      System.setProperty("ai.djl.offline", "true");
    }
    LibUtils.checkStatus();
    return TokenizersLibrary.LIB;
  }

  /** What is done with a native handle while it is open. */
  @FunctionalInterface
  private interface Use<R> {
    R of(long handle);
  }
}
