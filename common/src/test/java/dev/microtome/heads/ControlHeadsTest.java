package dev.microtome.heads;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microtome.model.HeadIndex;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ControlHeadsTest {
  private static final List<HeadIndex> ALL =
      IntStream.range(0, 12).mapToObj(i -> new HeadIndex(i / 4, i % 4)).toList();
  private static final List<HeadIndex> FOUND = List.of(new HeadIndex(2, 1), new HeadIndex(1, 3));

  @Test
  void areAsManyOthers() {
    Set<List<HeadIndex>> draws = new HashSet<>();
    for (int draw = 0; draw < 20; draw++) {
      List<HeadIndex> control = ControlHeads.of(ALL, FOUND, 7, draw);
      assertThat(control).hasSize(2).doesNotContainAnyElementsOf(FOUND);
      assertThat(control).isEqualTo(ControlHeads.of(ALL, FOUND, 7, draw));
      draws.add(control);
    }
    assertThat(draws).hasSizeGreaterThan(10);
  }

  @Test
  void areAllOthersWhereThereAreFewer() {
    List<HeadIndex> found = ALL.subList(0, 9);
    assertThat(ControlHeads.of(ALL, found, 7, 0)).isEqualTo(ALL.subList(9, 12));
  }
}
