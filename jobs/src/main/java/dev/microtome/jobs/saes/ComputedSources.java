package dev.microtome.jobs.saes;

import dev.microtome.config.InputPath;
import dev.microtome.jobs.Inputs;
import dev.microtome.jobs.ModelFolder;
import dev.microtome.jobs.TableInput;
import dev.microtome.jobs.TableReader;
import dev.microtome.jobs.inputs.CorpusCheck;
import dev.microtome.jobs.inputs.CorpusCheck.Tokenizers;
import dev.microtome.jobs.inputs.SequenceFacts;
import dev.microtome.jobs.inputs.SequenceIds;
import dev.microtome.jobs.inputs.TokenSlices;
import dev.microtome.model.HookPoint;
import dev.microtome.model.HookPoints;
import dev.microtome.model.HookShape;
import dev.microtome.model.load.ModelFiles;
import dev.microtome.model.load.ModelWeights;
import dev.microtome.run.InputException;
import dev.microtome.table.Column;
import dev.microtome.table.RowReader;
import dev.microtome.text.TokenSequence;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Activations that a model computes when they are read: of all hooks in one pass. */
final class ComputedSources implements Sources {
  /** Sequences of a block: what is computed at once, and again when a training resumes in it. */
  private static final int SEQUENCES = 64;

  /** Bytes of a block's activations, which are all in the heap, unless one sequence has more. */
  private static final long MOST_BYTES = 256L << 20;

  private final HookPoints points;
  private final List<String> hooks;
  private final ModelFolder model;
  private final int batchTokens;
  private final List<TokenSlices> slices;
  private final List<Long> rows;
  private final SequenceFacts sequences;

  private ComputedSources(
      HookPoints points,
      List<String> hooks,
      ModelFolder model,
      int batchTokens,
      List<TokenSlices> slices,
      List<Long> rows,
      SequenceFacts sequences) {
    this.points = points;
    this.hooks = hooks;
    this.model = model;
    this.batchTokens = batchTokens;
    this.slices = slices;
    this.rows = rows;
    this.sequences = sequences;
  }

  static ComputedSources of(TrainSaeConfig config, Inputs inputs) throws IOException {
    InputPath modelPath = config.model().orElseThrow();
    InputPath tokensPath = config.tokens().orElseThrow();
    ModelFolder folder = inputs.model(modelPath);
    ModelFiles model = ModelFiles.open(inputs.local(folder));
    ModelWeights.check(model);
    HookPoints points = HookPoints.of(model.config());
    List<String> hooks =
        points.resolve(config.hooks()).stream().map(HookPoint::address).distinct().toList();
    hooks.forEach(hook -> requireOneWidth(points, hook));
    TableInput tokens = inputs.table(tokensPath, "tokens", TokenSequence.class);
    long width =
        hooks.stream()
            .mapToLong(hook -> points.shape(HookPoint.parse(hook)).sizePerPosition(1))
            .sum();
    List<TokenSlices> most = TokenSlices.cut(tokens.files(), SEQUENCES);
    CorpusCheck.of(tokensPath, tokens, most, inputs.tables())
        .requireFits(
            modelPath,
            model,
            config.acceptOtherTokenizer() ? Tokenizers.ANY : Tokenizers.MUST_AGREE);
    SequenceIds.requireUnique(tokens, inputs);
    int[] lengths = lengths(most, inputs.tables());
    int longest = IntStream.of(lengths).max().orElse(1);
    int sequences = sequences(longest, width);
    return new ComputedSources(
        points,
        hooks,
        folder,
        config.batchTokens(),
        TokenSlices.cut(tokens.files(), sequences),
        rows(lengths, sequences),
        SequenceFacts.ofTokens(tokens).orMost(longest));
  }

  /**
   * Sequences of a block so that its activations are not too large.
   *
   * @param longest tokens of a sequence
   * @param width values of a token, of all hooks
   */
  static int sequences(int longest, long width) {
    long fitting = MOST_BYTES / (Float.BYTES * width * Math.max(1, longest));
    return (int) Math.max(1, Math.min(SEQUENCES, fitting));
  }

  private static void requireOneWidth(HookPoints points, String hook) {
    if (points.shape(HookPoint.parse(hook)).kind() == HookShape.Kind.ATTENTION) {
      throw new InputException(
          "hooks: '%s' is as wide as a sequence is long; an SAE needs one width".formatted(hook));
    }
  }

  @Override
  public List<String> hooks() {
    return hooks;
  }

  @Override
  public void requireTarget(String hook) {
    points.resolve(List.of(hook)).forEach(each -> requireOneWidth(points, each.address()));
  }

  @Override
  public int width(String hook) {
    return points.shape(HookPoint.parse(hook)).sizePerPosition(1);
  }

  @Override
  public long[] blockRows(String hook) {
    return rows.stream().mapToLong(Long::longValue).toArray();
  }

  @Override
  public List<String> together(List<String> ofSae) {
    return hooks;
  }

  @Override
  public SequenceFacts sequences() {
    return sequences;
  }

  @Override
  public StreamSource stream(List<String> ofStream) {
    return new ComputedActivations(
        ofStream, ofStream.stream().map(this::width).toList(), model, batchTokens, slices, rows);
  }

  /** Tokens alone. */
  @SuppressWarnings("ArrayRecordComponent") // read and left at once
  record TokensRow(@Column(doc = "the sequence's tokens") int[] tokens) {}

  /** Tokens of each sequence, in the order of the table. */
  private static int[] lengths(List<TokenSlices> slices, TableReader tables) throws IOException {
    try {
      return slices.parallelStream().flatMapToInt(each -> lengths(each, tables)).toArray();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static IntStream lengths(TokenSlices slices, TableReader tables) {
    IntStream.Builder lengths = IntStream.builder();
    for (TokenSlices.Slice slice : slices.slices()) {
      try (RowReader<TokensRow> reader =
          tables.read(slice.path(), TokensRow.class, slice.from(), slice.to())) {
        while (reader.hasNext()) {
          lengths.add(reader.next().tokens().length);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return lengths.build();
  }

  /** Tokens of each block of so many sequences. */
  static List<Long> rows(int[] lengths, int sequences) {
    List<Long> rows = new ArrayList<>();
    for (int from = 0; from < lengths.length; from += sequences) {
      int to = Math.min(lengths.length, from + sequences);
      rows.add(Arrays.stream(lengths, from, to).asLongStream().sum());
    }
    return rows;
  }
}
