package dev.microtome.model.load;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Seeded damage to a file that is JSON, or begins with JSON: some of it random, some of it what an
 * attacker would write.
 */
final class Mutation {
  private static final Pattern VALUE =
      Pattern.compile(
          "(?<=[:\\[,]\\s{0,4})(-?\\d[\\d.eE+-]*|\"[^\"]*\"|true|false|null|\\[\\s*\\]|\\{\\s*\\})");

  private static final Pattern MEMBER =
      Pattern.compile("\"[^\"]*\"\\s*:\\s*(-?\\d[\\d.eE+-]*|\"[^\"]*\"|true|false|null)\\s*,?");

  private static final List<String> HOSTILE =
      List.of(
          "-1",
          "0",
          "1",
          "2",
          "3",
          "7",
          "10000",
          "65536",
          "2147483647",
          "2147483648",
          "4294967296",
          "9223372036854775807",
          "9223372036854775808",
          "-9223372036854775808",
          "1000000000000",
          "1".repeat(63),
          "9".repeat(5000),
          "1e308",
          "1e999999999",
          "-1e-999999999",
          "0.5",
          "1e-320",
          "NaN",
          "null",
          "true",
          "false",
          "\"\"",
          "\"F64\"",
          "\"linear\"",
          "\"../../x\"",
          "\"\\u0000\\n\"",
          "\"\\ud800\"",
          "[]",
          "{}",
          "[1,2,3]",
          "[[[\"global\"],2147483647]]",
          "[\"sliding_attention\"]",
          "{\"rope_type\":\"llama3\",\"factor\":1e300}",
          "[".repeat(3000),
          "{\"a\":".repeat(3000),
          "\"" + "x".repeat(100_000) + "\"");

  private Mutation() {}

  /**
   * A damaged copy of {@code bytes}. Only the first {@code textLength} bytes are taken for JSON.
   */
  static byte[] of(byte[] bytes, int textLength, SplittableRandom random) {
    byte[] mutated = bytes;
    int length = textLength;
    int times = 1 + random.nextInt(3);
    for (int i = 0; i < times; i++) {
      byte[] next =
          random.nextInt(3) == 0
              ? atRandom(mutated, length, random)
              : inText(mutated, length, random);
      length = Math.max(0, Math.min(next.length, length + next.length - mutated.length));
      mutated = next;
    }
    return mutated;
  }

  private static byte[] atRandom(byte[] bytes, int length, SplittableRandom random) {
    int at = random.nextInt(Math.max(1, length));
    return switch (random.nextInt(4)) {
      case 0 -> {
        byte[] flipped = bytes.clone();
        if (flipped.length > 0) {
          flipped[Math.min(at, flipped.length - 1)] ^= (byte) (1 << random.nextInt(8));
        }
        yield flipped;
      }
      case 1 -> Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
      case 2 -> spliced(bytes, at, Math.min(bytes.length, at + random.nextInt(40)), new byte[0]);
      default -> {
        byte[] noise = new byte[random.nextInt(40)];
        random.nextBytes(noise);
        yield spliced(bytes, at, at, noise);
      }
    };
  }

  /** Replaces a value by a hostile one, removes a member, or repeats it. */
  private static byte[] inText(byte[] bytes, int length, SplittableRandom random) {
    String text = new String(bytes, 0, Math.min(length, bytes.length), StandardCharsets.ISO_8859_1);
    boolean value = random.nextInt(4) != 0;
    List<MatchResult> found = (value ? VALUE : MEMBER).matcher(text).results().toList();
    if (found.isEmpty()) {
      return atRandom(bytes, length, random);
    }
    MatchResult match = found.get(random.nextInt(found.size()));
    String replacement;
    if (value) {
      replacement = HOSTILE.get(random.nextInt(HOSTILE.size()));
    } else if (random.nextBoolean()) {
      replacement = "";
    } else {
      replacement = match.group() + (match.group().endsWith(",") ? "" : ",") + match.group();
    }
    return spliced(
        bytes, match.start(), match.end(), replacement.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static byte[] spliced(byte[] bytes, int from, int to, byte[] inserted) {
    int start = Math.min(from, bytes.length);
    byte[] result = new byte[start + inserted.length + bytes.length - to];
    System.arraycopy(bytes, 0, result, 0, start);
    System.arraycopy(inserted, 0, result, start, inserted.length);
    System.arraycopy(bytes, to, result, start + inserted.length, bytes.length - to);
    return result;
  }
}
