package dev.microtome.jobs.inputs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.microtome.jobs.TableInput;
import dev.microtome.jobs.TableReader;
import dev.microtome.jobs.VectorRows;
import dev.microtome.run.InputException;
import dev.microtome.run.RejectedContentException;
import dev.microtome.table.RowReader;
import dev.microtome.text.TokenSequence;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SequenceIdsTest {
  private final Groups table = new Groups();

  @Test
  void ascendingRowGroupsAreKnownByTheirStatisticsAlone() throws IOException {
    table.put("b", new long[] {20, 21}, new long[] {30, 39, 31});
    table.put("a", new long[] {40, 50}, new long[] {-7, 19});

    SequenceIds.requireUniqueAcrossRowGroups(table.input(), table, 1000);

    assertThat(table.read).isEmpty();
  }

  @Test
  void idsAreReadOnlyWhereRangesMeet() throws IOException {
    table.put("a", new long[] {1, 5}, new long[] {6, 9});
    table.put("b", new long[] {8, 12}, new long[] {13});

    SequenceIds.requireUniqueAcrossRowGroups(table.input(), table, 1000);

    assertThat(table.read).containsExactlyInAnyOrder("a 2 4", "b 0 2");
  }

  @Test
  void bothFilesAreNamed() {
    table.put("b", new long[] {8, 6, 12});
    table.put("a", new long[] {1, 6, 9});
    table.put("c", new long[] {-5, 100});
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> SequenceIds.requireUniqueAcrossRowGroups(table.input(), table, 1000))
        .withMessage("a and b: sequence_id 6 comes twice, it must identify a row");
  }

  @Test
  void anIdThatEndsOneRowGroupAndBeginsTheNextIsFound() {
    table.put("a", new long[] {1, 5}, new long[] {5, 9});
    assertThatExceptionOfType(RejectedContentException.class)
        .isThrownBy(() -> SequenceIds.requireUniqueAcrossRowGroups(table.input(), table, 1000))
        .withMessage("a: sequence_id 5 comes twice, it must identify a row");
  }

  @Test
  void aSmallTableIsReadWhole() throws IOException {
    table.put("a", new long[] {5, 7, 1}, new long[] {8, 9});
    SequenceIds.requireUnique(table.input(), table);

    table.put("b", new long[] {20, 30, 20});
    assertThatExceptionOfType(RejectedContentException.class)
        .isThrownBy(() -> SequenceIds.requireUnique(table.input(), table))
        .withMessage("b: sequence_id 20 comes twice, it must identify a row");
  }

  @Test
  void aPartFindsItsIdsInTheRestOfItsRowGroup() throws IOException {
    table.put("a", new long[] {5, 7, 1, 3, 4, 7});
    SequenceIds.requireUniqueInRowGroups("a", 2, 4, Set.of(1L, 3L), table);

    assertThatExceptionOfType(RejectedContentException.class)
        .isThrownBy(() -> SequenceIds.requireUniqueInRowGroups("a", 0, 2, Set.of(5L, 7L), table))
        .withMessage("a: sequence_id 7 comes twice, it must identify a row");
  }

  static LongStream seeds() {
    return LongStream.range(0, 20);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void aRepetitionIsFoundInHoweverManyPasses(long seed) throws IOException {
    Random random = new Random(seed);
    List<Long> ids = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      ids.add(random.nextLong() >> random.nextInt(56));
    }
    List<Long> distinct = new ArrayList<>(ids.stream().distinct().toList());
    Collections.shuffle(distinct, random);
    fill(distinct);
    SequenceIds.requireUniqueAcrossRowGroups(table.input(), table, 1 + random.nextInt(100));

    // In another row group than its first.
    distinct.set(distinct.size() - 1, distinct.get(random.nextInt(distinct.size() - 50)));
    fill(distinct);
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(
            () ->
                SequenceIds.requireUniqueAcrossRowGroups(
                    table.input(), table, 1 + random.nextInt(100)))
        .withMessageContaining("sequence_id %d comes twice", distinct.get(distinct.size() - 1));
  }

  private void fill(List<Long> ids) {
    table.files.clear();
    for (int file = 0; file * 50 < ids.size(); file++) {
      long[] all =
          ids.subList(file * 50, Math.min(ids.size(), file * 50 + 50)).stream()
              .mapToLong(Long::longValue)
              .toArray();
      int middle = Math.min(20, all.length);
      table.put(
          "file-" + file, Arrays.copyOf(all, middle), Arrays.copyOfRange(all, middle, all.length));
    }
  }

  /** Row groups in memory that remember what was read of them. */
  private static final class Groups implements TableReader {
    private final Map<String, long[][]> files = new TreeMap<>();
    private final List<String> read = new ArrayList<>();

    void put(String path, long[]... groups) {
      files.put(path, Arrays.stream(groups).filter(each -> each.length > 0).toArray(long[][]::new));
    }

    TableInput input() {
      return new TableInput(
          "t",
          "digest",
          files.keySet().stream().map(path -> new TableInput.TableFile(path, 1, 1, "")).toList(),
          Map.of());
    }

    @Override
    public List<RowGroup> rowGroups(String path, String column) {
      assertThat(column).isEqualTo("sequence_id");
      List<RowGroup> groups = new ArrayList<>();
      long from = 0;
      for (long[] ids : files.get(path)) {
        groups.add(
            new RowGroup(
                from,
                from + ids.length,
                Arrays.stream(ids).min().orElseThrow(),
                Arrays.stream(ids).max().orElseThrow()));
        from += ids.length;
      }
      return groups;
    }

    @Override
    public <R extends Record> RowReader<R> read(String path, Class<R> type, long from, long to) {
      assertThat(type).isNotEqualTo(TokenSequence.class);
      read.add("%s %d %d".formatted(path, from, to));
      long[] rows =
          Arrays.stream(files.get(path))
              .flatMapToLong(Arrays::stream)
              .skip(from)
              .limit(to - from)
              .toArray();
      return new RowReader<>() {
        private int next;

        @Override
        public boolean hasNext() {
          return next < rows.length;
        }

        @Override
        public R next() {
          if (!hasNext()) {
            throw new NoSuchElementException();
          }
          return type.cast(new SequenceIds.IdRow(rows[next++]));
        }

        @Override
        public void close() {}
      };
    }

    @Override
    public VectorRows vectors(String path, VectorColumns columns, long from, long to) {
      throw new AssertionError("more than the ids was read of " + path);
    }

    @Override
    public List<TextGroup> textGroups(String path, String column) {
      throw new AssertionError("more than the ids was read of " + path);
    }

    @Override
    public <R extends Record> RowReader<R> read(String path, Class<R> type) {
      throw new AssertionError("more than the ids was read of " + path);
    }

    @Override
    public <R extends Record> RowReader<R> read(
        String path, Class<R> type, Map<String, String> columns, long from, long to) {
      throw new AssertionError("more than the ids was read of " + path);
    }

    @Override
    public List<String> columns(String path) {
      throw new AssertionError("more than the ids was read of " + path);
    }

    @Override
    public Rows rows(String path, long fromByte, long toByte) {
      throw new AssertionError("more than the ids was read of " + path);
    }
  }
}
