package dev.microtome.probing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SequenceSpanTest {
  private static SequenceSpan span(long first, long last) {
    return new SequenceSpan(first, last);
  }

  @Test
  void sortedPartsShareTheirEnds() {
    assertThat(SequenceSpan.shared(List.of(span(-4, 5), span(5, 9), span(10, 12), span(12, 12))))
        .containsExactly(
            List.of(span(5, 5)), List.of(span(5, 5)), List.of(span(12, 12)), List.of(span(12, 12)));
  }

  @Test
  void partsWithoutRowsShareNothing() {
    SequenceSpan none = span(Long.MAX_VALUE, Long.MIN_VALUE);
    SequenceSpan all = span(Long.MIN_VALUE, Long.MAX_VALUE);
    assertThat(SequenceSpan.shared(List.of(none, all, none)))
        .containsExactly(List.of(), List.of(), List.of());
    assertThat(SequenceSpan.shared(List.of(all, all))).containsExactly(List.of(all), List.of(all));
  }

  /** Against the definition: an id of a part is shared if another part's span has it. */
  @Test
  void anIdIsSharedWhereAnotherPartIs() {
    Random random = new Random(1);
    for (int draw = 0; draw < 200; draw++) {
      List<SequenceSpan> parts = new ArrayList<>();
      for (int i = 0; i < 1 + random.nextInt(6); i++) {
        long first = random.nextInt(20);
        parts.add(span(first, first + random.nextInt(8) - 1));
      }
      List<List<SequenceSpan>> shared = SequenceSpan.shared(parts);
      for (int i = 0; i < parts.size(); i++) {
        for (long id = parts.get(i).first(); id <= parts.get(i).last(); id++) {
          boolean expected = false;
          for (int j = 0; j < parts.size(); j++) {
            expected |= j != i && parts.get(j).contains(id);
          }
          long at = id;
          assertThat(shared.get(i).stream().anyMatch(each -> each.contains(at)))
              .as("%d of part %d of %s", id, i, parts)
              .isEqualTo(expected);
        }
      }
    }
  }
}
