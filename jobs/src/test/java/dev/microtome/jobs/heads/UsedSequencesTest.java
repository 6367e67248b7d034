package dev.microtome.jobs.heads;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microtome.jobs.TableInput;
import dev.microtome.jobs.TableInput.TableFile;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UsedSequencesTest {
  @ParameterizedTest
  @CsvSource({"1, 2", "3, 2", "4, 3", "9, 3", "10, 4", "1000, 4"})
  void onlyFilesThatHoldTheFirstRowsShip(int sequences, int files) {
    List<TableFile> all =
        List.of(
            new TableFile("a", 0, 1, ""),
            new TableFile("b", 3, 1, ""),
            new TableFile("c", 6, 1, ""),
            new TableFile("d", 5, 1, ""));
    TableInput table = new TableInput("t", "digest", all, Map.of("bos", "0"));

    assertThat(UsedSequences.head(table, sequences))
        .isEqualTo(new TableInput("t", "digest", all.subList(0, files), Map.of("bos", "0")));
  }
}
