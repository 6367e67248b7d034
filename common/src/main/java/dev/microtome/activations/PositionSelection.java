package dev.microtome.activations;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.microtome.config.ConfigException;
import dev.microtome.stats.Seeds;
import java.io.Serializable;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Which positions of a sequence are stored. Written {@code all}, {@code last} or {@code random-K},
 * where K positions are drawn without replacement from each sequence, all of them from a shorter
 * one.
 *
 * <p>A random selection is a function of the seed, the sequence's id and its length: the positions
 * with the K smallest hashes. It does not depend on the part, and the positions of {@code random-4}
 * are among those of {@code random-8}.
 */
public sealed interface PositionSelection extends Serializable {
  /** Every position. */
  PositionSelection ALL = new All();

  /** The last token of each sequence. */
  PositionSelection LAST = new Last();

  /** {@code count} random positions of each sequence. */
  static PositionSelection random(int count) {
    return new RandomPositions(count);
  }

  /**
   * Reads the form that users write.
   *
   * @throws ConfigException for anything but {@code all}, {@code last} and {@code random-K} with K
   *     from 1 to 999,999,999
   */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  static PositionSelection parse(String text) {
    Matcher random = RandomPositions.FORM.matcher(text);
    if (random.matches()) {
      return random(Integer.parseInt(random.group(1)));
    }
    return switch (text) {
      case "all" -> ALL;
      case "last" -> LAST;
      default ->
          throw new ConfigException(
              "positions",
              '\'' + text + '\'',
              "must be all, last or random-K, such as random-16 for 16 random positions of each sequence");
    };
  }

  /**
   * The positions of one sequence, ascending.
   *
   * @param seed the run's seed
   * @param sequenceId the sequence's id in its table
   * @param length tokens of the sequence
   */
  int[] of(long seed, long sequenceId, int length);

  /** How many positions {@link #of} gives for a sequence of this many tokens. */
  int count(int length);

  /** The form that {@link #parse} reads. */
  @JsonValue
  String form();

  record All() implements PositionSelection {
    @Override
    public int[] of(long seed, long sequenceId, int length) {
      return IntStream.range(0, length).toArray();
    }

    @Override
    public int count(int length) {
      return length;
    }

    @Override
    public String form() {
      return "all";
    }
  }

  record Last() implements PositionSelection {
    @Override
    public int[] of(long seed, long sequenceId, int length) {
      return length == 0 ? new int[0] : new int[] {length - 1};
    }

    @Override
    public int count(int length) {
      return Math.min(1, length);
    }

    @Override
    public String form() {
      return "last";
    }
  }

  record RandomPositions(int count) implements PositionSelection {
    private static final Pattern FORM = Pattern.compile("random-([1-9][0-9]{0,8})");

    public RandomPositions {
      if (count < 1) {
        throw new IllegalArgumentException("at least 1 random position is needed, not " + count);
      }
    }

    @Override
    public int[] of(long seed, long sequenceId, int length) {
      if (length <= count) {
        return IntStream.range(0, length).toArray();
      }
      long[] hashes = new long[length];
      for (int position = 0; position < length; position++) {
        hashes[position] = Seeds.of(seed, "positions", sequenceId, position);
      }
      long[] ordered = hashes.clone();
      Arrays.sort(ordered);
      long threshold = ordered[count - 1];
      // Equal hashes (about length²/2⁶⁵) could exceed the count; the limit keeps the first of them.
      return IntStream.range(0, length)
          .filter(position -> hashes[position] <= threshold)
          .limit(count)
          .toArray();
    }

    @Override
    public int count(int length) {
      return Math.min(count, length);
    }

    @Override
    public String form() {
      return "random-" + count;
    }
  }
}
