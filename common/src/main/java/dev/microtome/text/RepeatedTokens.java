package dev.microtome.text;

import dev.microtome.run.InputException;
import dev.microtome.stats.Seeds;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * A segment of random tokens, repeated, behind a token that begins the text: what heads are scored
 * on. No token of the segment comes twice in it, so that "the earlier occurrence" is one place a
 * repetition.
 *
 * @see <a
 *     href="https://transformer-circuits.pub/2022/in-context-learning-and-induction-heads/index.html">Olsson
 *     et al. 2022, In-context Learning and Induction Heads</a>: 25 tokens, 4 times
 */
public final class RepeatedTokens {
  /** Of the vocabulary, how much is left out at either end: the most and the least common. */
  private static final int LEFT_OUT = 10;

  private final int bos;
  private final int[] segment;
  private final int repeats;

  private RepeatedTokens(int bos, int[] segment, int repeats) {
    this.bos = bos;
    this.segment = segment;
    this.repeats = repeats;
  }

  /** A given segment. */
  public static RepeatedTokens of(int bos, int[] segment, int repeats) {
    if (segment.length < 1 || repeats < 1) {
      throw new IllegalArgumentException(
          "A segment of %d tokens, %d times".formatted(segment.length, repeats));
    }
    if (IntStream.of(segment).distinct().count() != segment.length) {
      throw new IllegalArgumentException("A token comes twice in the segment");
    }
    return new RepeatedTokens(bos, segment.clone(), repeats);
  }

  /**
   * A random segment.
   *
   * @param candidates tokens to draw from, each once
   * @param example which of the run's segments this is
   * @throws InputException if there are fewer candidates than tokens to draw
   */
  public static RepeatedTokens random(
      int bos, int[] candidates, int length, int repeats, long seed, long example) {
    if (length > candidates.length) {
      throw new InputException(
          "a segment of %d different tokens: the vocabulary has %d, %s left out"
              .formatted(length, candidates.length, "its most and least common tenths"));
    }
    int[] pool = candidates.clone();
    for (int i = 0; i < length; i++) {
      long random = Seeds.of(seed, "repeated-tokens", example, i);
      int j = i + (int) Long.remainderUnsigned(random, pool.length - i);
      int drawn = pool[j];
      pool[j] = pool[i];
      pool[i] = drawn;
    }
    return of(bos, IntStream.of(pool).limit(length).toArray(), repeats);
  }

  /**
   * Candidates by how common they are: all tokens that occur, in the order of their counts, without
   * the first and the last tenth, and without {@code bos}. Equally common tokens stand in the order
   * of their ids.
   */
  public static int[] candidates(long[] counts, int bos) {
    int[] byCount =
        IntStream.range(0, counts.length)
            .filter(token -> counts[token] > 0 && token != bos)
            .boxed()
            .sorted(Comparator.comparingLong(token -> -counts[token]))
            .mapToInt(Integer::intValue)
            .toArray();
    return middle(byCount);
  }

  /**
   * Candidates where no counts are known: all ids but the first and the last tenth, and without
   * {@code bos}. A tokenizer's merges are numbered roughly from common to rare.
   */
  public static int[] candidates(int dVocab, int bos) {
    return middle(IntStream.range(0, dVocab).filter(token -> token != bos).toArray());
  }

  private static int[] middle(int[] tokens) {
    int end = tokens.length / LEFT_OUT;
    return IntStream.range(end, tokens.length - end).map(i -> tokens[i]).toArray();
  }

  /** The token in front, then the segment again and again. */
  public int[] tokens() {
    int[] tokens = new int[1 + segment.length * repeats];
    tokens[0] = bos;
    for (int i = 1; i < tokens.length; i++) {
      tokens[i] = segment[(i - 1) % segment.length];
    }
    return tokens;
  }

  /** Tokens of the segment. */
  public int segmentLength() {
    return segment.length;
  }

  /** How often the segment stands there. */
  public int repeats() {
    return repeats;
  }

  /** Tokens in all, with the one in front. */
  public int length() {
    return 1 + segment.length * repeats;
  }

  /** The segment's token at an index from 0. */
  public int segmentToken(int index) {
    return segment[index];
  }
}
