package dev.microtome.jobs.labels;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microtome.jobs.TableInput.TableFile;
import dev.microtome.jobs.TableReader;
import dev.microtome.jobs.TableReader.RowGroup;
import dev.microtome.jobs.inputs.TokenSlices;
import dev.microtome.jobs.inputs.TokenSlices.Slice;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A row group that is missed is labels lost without a word. */
class LabelPlacesTest {
  private static final Map<String, List<RowGroup>> GROUPS =
      Map.of(
          "a", List.of(new RowGroup(0, 10, 5, 20), new RowGroup(10, 30, 20, 31)),
          "b", List.of(new RowGroup(0, 4, -3, 0)));

  /** Footers alone. */
  private static TableReader footers() {
    return (TableReader)
        Proxy.newProxyInstance(
            TableReader.class.getClassLoader(),
            new Class<?>[] {TableReader.class},
            (proxy, method, arguments) -> {
              assertThat(method.getName()).isEqualTo("rowGroups");
              return GROUPS.get((String) arguments[0]);
            });
  }

  @ParameterizedTest
  @CsvSource({
    "-9, -4, ''",
    "-9, -3, b0",
    "0, 0, b0",
    "1, 4, ''",
    "0, 5, a0 b0",
    "20, 20, a0 a10",
    "21, 30, a10",
    "31, 90, a10",
    "32, 90, ''",
    // Of no sequence.
    "90, -90, ''"
  })
  void rowGroupsThatBeginOrEndWithASequenceMayHaveItsLabels(long first, long last, String found) {
    TokenSlices labels =
        LabelPlaces.of(
                List.of(new TableFile("a", 30, 1, ""), new TableFile("b", 4, 1, "")), footers())
            .of(new SequenceRange(first, last));

    assertThat(
            labels.slices().stream()
                .map(slice -> slice.path() + slice.from())
                .collect(Collectors.joining(" ")))
        .isEqualTo(found);
  }

  @Test
  void sequencesOfAPartAreThoseOfAllRowGroupsThatItCuts() {
    assertThat(sequences(new Slice("a", 0, 10))).isEqualTo(new SequenceRange(5, 20));
    assertThat(sequences(new Slice("a", 10, 30))).isEqualTo(new SequenceRange(20, 31));
    assertThat(sequences(new Slice("a", 9, 11))).isEqualTo(new SequenceRange(5, 31));
    assertThat(sequences(new Slice("a", 29, 30), new Slice("b", 0, 1)))
        .isEqualTo(new SequenceRange(-3, 31));
    assertThat(sequences(new Slice("b", 3, 4), new Slice("a", 9, 10)))
        .isEqualTo(new SequenceRange(-3, 20));
  }

  private static SequenceRange sequences(Slice... slices) {
    return LabelPlaces.sequences(new TokenSlices(List.of(slices)), GROUPS);
  }
}
