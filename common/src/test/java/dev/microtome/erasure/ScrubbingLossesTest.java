package dev.microtome.erasure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScrubbingLossesTest {
  private static final List<String> VARIANTS = List.of("original", "scrubbed");

  /** One sequence: bytes, and losses under each variant. */
  private record Sequence(long bytes, List<float[]> losses) {}

  private static List<Sequence> sequences(long seed) {
    Random random = new Random(seed);
    List<Sequence> sequences = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      int length = random.nextInt(9); // sometimes no token
      float[] before = new float[length];
      float[] after = new float[length];
      for (int token = 0; token < length; token++) {
        before[token] = 2 + random.nextFloat();
        after[token] = before[token] + random.nextFloat() / 4;
      }
      sequences.add(new Sequence(length == 0 ? 0 : 1 + random.nextInt(40), List.of(before, after)));
    }
    return sequences;
  }

  private static ScrubbingLosses of(List<Sequence> sequences) {
    ScrubbingLosses losses = ScrubbingLosses.of(VARIANTS);
    sequences.forEach(each -> losses.add(each.bytes(), each.losses()));
    return losses;
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {0, 1, 2, 3, 4})
  void meansAndErrorsAreThoseOfTheirDefinition(long seed) {
    List<Sequence> all =
        sequences(seed).stream().filter(each -> each.losses().get(0).length > 0).toList();
    List<ScrubbingLossRow> rows = of(sequences(seed)).rows("mood");
    double tokens = all.stream().mapToInt(each -> each.losses().get(0).length).sum();
    double bytes = all.stream().mapToLong(Sequence::bytes).sum();
    double original = all.stream().mapToDouble(each -> sum(each, 0)).sum() / tokens;
    assertThat(rows).extracting(ScrubbingLossRow::variant).isEqualTo(VARIANTS);
    for (int variant = 0; variant < 2; variant++) {
      ScrubbingLossRow row = rows.get(variant);
      int which = variant;
      double loss = all.stream().mapToDouble(each -> sum(each, which)).sum();
      double bits = loss / Math.log(2) / bytes;
      assertThat(row.concept()).isEqualTo("mood");
      assertThat(row.sequences()).isEqualTo(all.size());
      assertThat(row.tokens()).isEqualTo((long) tokens);
      assertThat(row.bytes()).isEqualTo((long) bytes);
      assertThat(row.lossNats()).isCloseTo(loss / tokens, within(1e-12));
      assertThat(row.bitsPerToken()).isCloseTo(loss / tokens / Math.log(2), within(1e-12));
      assertThat(row.bitsPerByte()).isCloseTo(bits, within(1e-12));
      assertThat(row.increaseNats()).isCloseTo(loss / tokens - original, within(1e-12));
      double correction = all.size() / (all.size() - 1.0);
      double byTokens = 0;
      double byBytes = 0;
      double differences = 0;
      for (Sequence each : all) {
        int length = each.losses().get(0).length;
        byTokens += Math.pow(sum(each, variant) - loss / tokens * length, 2);
        byBytes += Math.pow(sum(each, variant) / Math.log(2) - bits * each.bytes(), 2);
        differences +=
            Math.pow(sum(each, variant) - sum(each, 0) - (loss / tokens - original) * length, 2);
      }
      assertThat(row.lossStandardError())
          .isCloseTo(Math.sqrt(correction * byTokens) / tokens, within(1e-12));
      assertThat(row.bitsPerByteStandardError())
          .isCloseTo(Math.sqrt(correction * byBytes) / bytes, within(1e-12));
      assertThat(row.increaseStandardError())
          .isCloseTo(Math.sqrt(correction * differences) / tokens, within(1e-9));
    }
    assertThat(rows.get(0).increaseStandardError()).isZero();
  }

  private static double sum(Sequence sequence, int variant) {
    double sum = 0;
    for (float loss : sequence.losses().get(variant)) {
      sum += loss;
    }
    return sum;
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {0, 1, 2, 3, 4})
  void partsMergeToTheWhole(long seed) {
    List<Sequence> all = sequences(seed);
    ScrubbingLosses merged = ScrubbingLosses.of(VARIANTS);
    int cut = 3 + (int) seed * 5;
    for (List<Sequence> part : List.of(all.subList(0, cut), all.subList(cut, all.size()))) {
      merged.merge(ScrubbingLosses.of(VARIANTS, of(part).row()));
    }
    List<ScrubbingLossRow> found = merged.rows("mood");
    List<ScrubbingLossRow> expected = of(all).rows("mood");
    for (int i = 0; i < expected.size(); i++) {
      assertThat(found.get(i))
          .usingRecursiveComparison()
          .withComparatorForType(
              (a, b) -> Math.abs(a - b) < 1e-12 ? 0 : Double.compare(a, b), Double.class)
          .isEqualTo(expected.get(i));
    }
  }

  @Test
  void whatIsNotKnownIsNotANumber() {
    ScrubbingLosses one = ScrubbingLosses.of(VARIANTS);
    one.add(0, List.of(new float[] {1, 2}, new float[] {2, 3}));
    ScrubbingLossRow row = one.rows("mood").get(1);
    assertThat(row.lossNats()).isEqualTo(2.5);
    assertThat(row.increaseNats()).isEqualTo(1);
    assertThat(row.lossStandardError()).isNaN();
    assertThat(row.bitsPerByte()).isNaN();
    assertThat(row.bitsPerByteStandardError()).isNaN();
  }

  @Test
  void refusesLossesOfOtherTokens() {
    ScrubbingLosses losses = ScrubbingLosses.of(VARIANTS);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> losses.add(0, List.of(new float[2], new float[3])))
        .withMessage("3 losses under 'scrubbed', expected 2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> losses.add(0, List.of(new float[2])))
        .withMessage("Losses of 1 variants, expected 2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> losses.rows("mood"))
        .withMessage("No token was predicted");
  }
}
