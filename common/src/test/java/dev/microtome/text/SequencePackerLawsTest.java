package dev.microtome.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SequencePackerLawsTest {
  private static final int BOS = 1_000_001;
  private static final int EOS = 1_000_002;

  private record Row(String document, List<Integer> tokens) {}

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void rowsLaidEndToEndAreTheDocuments(long seed) throws IOException {
    Random random = new Random(seed);
    int[] lengths = random.ints(random.nextInt(12), 0, 30).toArray();
    for (int context = 2; context < 24; context++) {
      for (int bos : new int[] {BOS, SequenceLayout.NONE}) {
        checkPacked(lengths, context, bos);
        checkByDocument(lengths, context, bos);
      }
    }
  }

  private static void checkPacked(int[] lengths, int context, int bos) throws IOException {
    List<Row> rows = rows(SequenceLayout.packed(context, bos, EOS), lengths);
    List<Integer> expected = new ArrayList<>();
    List<String> owners = new ArrayList<>();
    int[] nonEmpty = IntStream.range(0, lengths.length).filter(d -> lengths[d] > 0).toArray();
    for (int i = 0; i < nonEmpty.length; i++) {
      if (i > 0) {
        expected.add(EOS);
        owners.add("d" + nonEmpty[i - 1]);
      }
      for (int id : ids(nonEmpty[i], lengths[nonEmpty[i]])) {
        expected.add(id);
        owners.add("d" + nonEmpty[i]);
      }
    }
    int at = 0;
    for (int r = 0; r < rows.size(); r++) {
      List<Integer> tokens = rows.get(r).tokens();
      assertThat(tokens.size()).isLessThanOrEqualTo(context);
      assertThat(r == rows.size() - 1 || tokens.size() == context)
          .as("only the last row is short")
          .isTrue();
      List<Integer> text = withoutBos(tokens, bos);
      assertThat(text).isNotEmpty().isEqualTo(expected.subList(at, at + text.size()));
      assertThat(rows.get(r).document()).isEqualTo(owners.get(at));
      at += text.size();
    }
    assertThat(at).isEqualTo(expected.size());
  }

  private static void checkByDocument(int[] lengths, int context, int bos) throws IOException {
    List<Row> rows = rows(SequenceLayout.byDocument(context, bos), lengths);
    int room = bos == BOS ? context - 1 : context;
    int r = 0;
    for (int d = 0; d < lengths.length; d++) {
      List<Integer> text = new ArrayList<>();
      for (int chunk = 0; chunk * room < lengths[d]; chunk++, r++) {
        assertThat(rows.get(r).document()).isEqualTo("d" + d);
        assertThat(rows.get(r).tokens().size()).isLessThanOrEqualTo(context);
        text.addAll(withoutBos(rows.get(r).tokens(), bos));
      }
      assertThat(text).isEqualTo(Arrays.stream(ids(d, lengths[d])).boxed().toList());
    }
    assertThat(r).isEqualTo(rows.size());
  }

  /** BOS stands first where it is promised, and nowhere else. */
  private static List<Integer> withoutBos(List<Integer> tokens, int bos) {
    if (bos == SequenceLayout.NONE) {
      assertThat(tokens).doesNotContain(BOS);
      return tokens;
    }
    assertThat(tokens.get(0)).isEqualTo(BOS);
    List<Integer> rest = tokens.subList(1, tokens.size());
    assertThat(rest).doesNotContain(BOS);
    return rest;
  }

  @Test
  void packsAsWorkedByHand() throws IOException {
    assertThat(rows(SequenceLayout.packed(4, BOS, EOS), 4, 0, 1, 2))
        .containsExactly(
            new Row("d0", List.of(BOS, 0, 1, 2)),
            new Row("d0", List.of(BOS, 3, EOS, 2000)),
            new Row("d2", List.of(BOS, EOS, 3000, 3001)));
    assertThat(rows(SequenceLayout.byDocument(3, SequenceLayout.NONE), 4, 0, 1))
        .containsExactly(
            new Row("d0", List.of(0, 1, 2)),
            new Row("d0", List.of(3)),
            new Row("d2", List.of(2000)));
  }

  @Test
  void layoutsWithoutRoomForTextAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SequenceLayout.packed(1, BOS, EOS))
        .withMessage("no room for text in 1 tokens");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SequenceLayout.packed(8, BOS, SequenceLayout.NONE))
        .withMessage("packing needs a separator, found -1");
  }

  private static int[] ids(int document, int length) {
    return IntStream.range(0, length).map(i -> document * 1000 + i).toArray();
  }

  private static List<Row> rows(SequenceLayout layout, int... lengths) throws IOException {
    List<Row> rows = new ArrayList<>();
    SequencePacker packer =
        new SequencePacker(
            layout,
            (document, tokens) ->
                rows.add(new Row(document, Arrays.stream(tokens).boxed().toList())));
    for (int d = 0; d < lengths.length; d++) {
      packer.add("d" + d, ids(d, lengths[d]));
    }
    packer.finish();
    return rows;
  }
}
