package dev.microtome.erasure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.microtome.stats.Moments;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConceptTargetsTest {
  private static final ConceptTargets MIXED =
      new ConceptTargets(
          "place",
          List.of(
              new ConceptTargets.LabelColumn("country", List.of("fr", "it")),
              new ConceptTargets.LabelColumn("latitude", List.of())));

  @Test
  void columnsFollowOneAnother() {
    assertThat(MIXED.width()).isEqualTo(3);
    assertThat(MIXED.names()).containsExactly("country=fr", "country=it", "latitude");
    assertThat(MIXED.encoder().targets(List.of("it", "-43.5"))).containsExactly(0, 1, -43.5);
  }

  @Test
  void refusesWhatIsNoLabel() {
    ConceptTargets.Encoder encoder = MIXED.encoder();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> encoder.targets(List.of("de", "1")))
        .withMessage("value 'de' is none of the 2 classes");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> encoder.targets(List.of("fr", "north")))
        .withMessage("value 'north' is not a number");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> encoder.targets(List.of("fr", "NaN")))
        .withMessage("value 'NaN' is not finite");
  }

  @Test
  void momentsPassThroughBytes() {
    Moments moments = Moments.ofColumns(3);
    moments.add(new float[] {1, 2}, 1);
    moments.add(new float[] {3, 5}, 0);
    ConceptMoments row = ConceptMoments.of("hook", "gender", 2, 7, moments);
    assertThat(row.rows()).isEqualTo(2);
    assertThat(row.moments().mean()).containsExactly(2, 3.5, 0.5);
    assertThat(row.moments().scatter(0, 3, 0, 3)).isEqualTo(moments.scatter(0, 3, 0, 3));
    Moments twice = Moments.ofColumns(3);
    twice.merge(moments);
    twice.merge(moments);
    Moments ofBytes = row.moments();
    row.mergeInto(ofBytes);
    assertThat(ofBytes.count()).isEqualTo(4);
    assertThat(ofBytes.mean()).containsExactly(2, 3.5, 0.5);
    assertThat(ofBytes.scatter(0, 3, 0, 3)).isEqualTo(twice.scatter(0, 3, 0, 3));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> row.mergeInto(Moments.ofColumns(2)))
        .withMessage("A mean of 24 bytes for moments of 2 columns");
  }
}
