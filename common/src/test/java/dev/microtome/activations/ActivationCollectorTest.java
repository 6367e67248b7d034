package dev.microtome.activations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ai.djl.ndarray.NDManager;
import dev.microtome.model.ActivationCache;
import dev.microtome.model.ForwardPass;
import dev.microtome.model.HookPoint;
import dev.microtome.model.HookShape;
import dev.microtome.model.HookedTransformer;
import dev.microtome.model.TokenBatch;
import dev.microtome.run.InputException;
import dev.microtome.table.RowWriter;
import dev.microtome.text.TokenSequence;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ActivationCollectorTest {
  private static final HookPoint MLP_POST = HookPoint.parse("blocks.1.mlp.hook_post");

  private NDManager manager;
  private HookedTransformer model;

  @BeforeAll
  void load() {
    manager = NDManager.newBaseManager();
    model = TinyModel.load(manager);
  }

  @AfterAll
  void close() {
    model.close();
    manager.close();
  }

  @Test
  void rowsOfEveryHookEqualThoseOfEachSequenceAlone() throws IOException {
    List<TokenSequence> sequences = TinyModel.sequences(1, 15);
    List<HookPoint> hooks = model.hookPoints().all();

    Map<HookPoint, List<ActivationArrayRow>> rows =
        collect(model, sequences, settings(hooks, 200, PositionSelection.ALL));

    assertThat(rows.keySet()).containsExactlyInAnyOrderElementsOf(hooks);
    double largest = 0;
    for (TokenSequence sequence : sequences) {
      try (ActivationCache alone =
          model.run(TokenBatch.of(sequence.tokens()), ForwardPass.reading(hooks), manager)) {
        for (HookPoint hook : hooks) {
          List<ActivationArrayRow> own =
              rows.get(hook).stream()
                  .filter(row -> row.sequenceId() == sequence.sequenceId())
                  .toList();
          assertThat(own).hasSize(sequence.tokens().length);
          for (int position = 0; position < own.size(); position++) {
            ActivationArrayRow row = own.get(position);
            assertThat(row.hook()).isEqualTo(hook.address());
            assertThat(row.position()).isEqualTo(position);
            assertThat(row.tokenId()).isEqualTo(sequence.tokens()[position]);
            float[] expected = vector(alone, hook, position, sequence.tokens().length);
            largest = Math.max(largest, largestDifference(row.activation(), expected));
          }
        }
      }
    }
    // float32; other batch shapes add up in another order. Saw 5.2e-6, in the residual stream.
    assertThat(largest).isLessThan(1e-5);
  }

  @Test
  void rowsComeInTheOrderOfBatchesThenSequencesThenPositions() throws IOException {
    List<TokenSequence> sequences =
        List.of(
            new TokenSequence(7, new int[] {1, 2}),
            new TokenSequence(5, new int[] {3, 4, 5}),
            new TokenSequence(6, new int[] {6, 7, 8}));

    List<ActivationArrayRow> rows =
        collect(model, sequences, settings(List.of(MLP_POST), 6, PositionSelection.ALL))
            .get(MLP_POST);

    assertThat(
            rows.stream().map(row -> row.sequenceId() + ":" + row.position() + ":" + row.tokenId()))
        .containsExactly("5:0:3", "5:1:4", "5:2:5", "6:0:6", "6:1:7", "6:2:8", "7:0:1", "7:1:2");
  }

  @Test
  void chosenPositionsAreRowsOfTheWholeTable() throws IOException {
    List<TokenSequence> sequences = TinyModel.sequences(2, 20);
    List<HookPoint> hooks = model.hookPoints().resolve("blocks.*.attn.hook_pattern");
    Map<String, float[]> all = byPlace(sequences, hooks, PositionSelection.ALL);

    for (PositionSelection positions :
        List.of(PositionSelection.LAST, PositionSelection.random(3))) {
      Map<String, float[]> some = byPlace(sequences, hooks, positions);

      int expected =
          sequences.stream().mapToInt(each -> positions.count(each.tokens().length)).sum();
      assertThat(some).hasSize(expected * hooks.size());
      some.forEach((place, vector) -> assertThat(vector).as(place).isEqualTo(all.get(place)));
    }
  }

  @Test
  void binaryRowsHoldTheSameValues() throws IOException {
    List<TokenSequence> sequences = TinyModel.sequences(3, 10);
    CollectionSettings settings = settings(List.of(MLP_POST), 100, PositionSelection.ALL);
    List<ActivationArrayRow> arrays = collect(model, sequences, settings).get(MLP_POST);

    for (ActivationCodec codec : ActivationCodec.values()) {
      List<ActivationRow> rows = new ArrayList<>();
      new ActivationCollector<>(model, settings, RowFormat.binary(codec))
          .collect(sequences, manager, hook -> writer(rows), done -> {});

      assertThat(rows).hasSameSizeAs(arrays);
      for (int i = 0; i < rows.size(); i++) {
        float[] exact = arrays.get(i).activation();
        float[] stored = codec.decode(rows.get(i).activation());
        for (int j = 0; j < exact.length; j++) {
          double relative = codec == ActivationCodec.FLOAT32 ? 0 : Math.abs(exact[j]) / 256;
          assertThat(Math.abs(stored[j] - exact[j])).isLessThanOrEqualTo((float) relative);
        }
      }
    }
  }

  @Test
  void theSameArgumentsGiveTheSameBits() throws IOException {
    List<TokenSequence> sequences = TinyModel.sequences(4, 30);
    List<HookPoint> hooks = model.hookPoints().resolve("blocks.*.hook_resid_post");

    Map<String, float[]> first = byPlace(sequences, hooks, PositionSelection.ALL);
    Map<String, float[]> second = byPlace(sequences, hooks, PositionSelection.ALL);

    assertThat(second.keySet()).isEqualTo(first.keySet());
    second.forEach((place, vector) -> assertThat(vector).as(place).isEqualTo(first.get(place)));
  }

  @Test
  void reportsTokensAndProgress() throws IOException {
    List<TokenSequence> sequences = TinyModel.sequences(5, 9);
    List<Long> progress = new ArrayList<>();

    long tokens =
        new ActivationCollector<>(
                model, settings(List.of(MLP_POST), 48, PositionSelection.LAST), RowFormat.arrays())
            .collect(sequences, manager, hook -> writer(new ArrayList<>()), progress::add);

    assertThat(tokens).isEqualTo(sequences.stream().mapToLong(each -> each.tokens().length).sum());
    assertThat(progress).isSorted().last().isEqualTo(9L);
  }

  @Test
  void aNanEndsTheRunAndNamesItsPlace(@TempDir Path scratch) throws IOException {
    try (NDManager own = NDManager.newBaseManager();
        HookedTransformer broken = TinyModel.withNan("h.1.mlp.c_fc.bias", scratch, own)) {
      List<TokenSequence> sequences = List.of(new TokenSequence(17, new int[] {5, 6}));
      CollectionSettings fail = settings(List.of(MLP_POST), 100, PositionSelection.LAST);

      assertThatExceptionOfType(InputException.class)
          .isThrownBy(() -> collect(broken, sequences, fail))
          .withMessage(
              "hook 'blocks.1.mlp.hook_post', sequence 17, position 1: value 0 is NaN"
                  + " (on-nan = keep stores such values)");

      CollectionSettings keep =
          new CollectionSettings(List.of(MLP_POST), 100, PositionSelection.LAST, 0, OnNan.KEEP);
      float[] kept = collect(broken, sequences, keep).get(MLP_POST).get(0).activation();
      assertThat(kept[0]).isNaN();
      assertThat(kept[1]).isFinite();
    }
  }

  @Test
  void refusesSequencesTheModelCannotTake() {
    assertRefused(new TokenSequence(3, new int[0]), "sequence 3 has no tokens");
    assertRefused(
        new TokenSequence(3, new int[49]), "sequence 3 has 49 tokens, the model's context is 48");
    assertRefused(
        new TokenSequence(3, new int[] {0, 97}),
        "sequence 3, position 1: token 97 is not in the model's vocabulary (0 to 96)");
    assertRefused(
        new TokenSequence(3, new int[] {-1}),
        "sequence 3, position 0: token -1 is not in the model's vocabulary (0 to 96)");
  }

  @Test
  void aWriterThatFailsEndsTheCollection() {
    CollectionSettings settings = settings(List.of(MLP_POST), 48, PositionSelection.ALL);

    assertThatExceptionOfType(IOException.class)
        .isThrownBy(
            () ->
                new ActivationCollector<>(model, settings, RowFormat.arrays())
                    .collect(
                        TinyModel.sequences(6, 20),
                        manager,
                        hook -> new FailingWriter(),
                        done -> {}))
        .withMessage("disk full");
  }

  private void assertRefused(TokenSequence sequence, String message) {
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(
            () ->
                collect(
                    model,
                    List.of(sequence),
                    settings(List.of(MLP_POST), 100, PositionSelection.ALL)))
        .withMessage(message);
  }

  private Map<String, float[]> byPlace(
      List<TokenSequence> sequences, List<HookPoint> hooks, PositionSelection positions)
      throws IOException {
    Map<String, float[]> vectors = new TreeMap<>();
    collect(model, sequences, settings(hooks, 150, positions))
        .forEach(
            (hook, rows) ->
                rows.forEach(
                    row ->
                        vectors.put(
                            hook + " " + row.sequenceId() + " " + row.position(),
                            row.activation())));
    return vectors;
  }

  private Map<HookPoint, List<ActivationArrayRow>> collect(
      HookedTransformer transformer, List<TokenSequence> sequences, CollectionSettings settings)
      throws IOException {
    Map<HookPoint, List<ActivationArrayRow>> rows = new LinkedHashMap<>();
    new ActivationCollector<>(transformer, settings, RowFormat.arrays())
        .collect(
            sequences,
            manager,
            hook -> writer(rows.computeIfAbsent(hook, key -> new ArrayList<>())),
            done -> {});
    return rows;
  }

  private static CollectionSettings settings(
      List<HookPoint> hooks, int batchTokens, PositionSelection positions) {
    return new CollectionSettings(hooks, batchTokens, positions, 0, OnNan.FAIL);
  }

  /** The activation of one position, cut from the array of a run by the definition of its shape. */
  private float[] vector(ActivationCache cache, HookPoint hook, int position, int length) {
    float[] all = cache.floats(hook, 0);
    HookShape shape = model.hookPoints().shape(hook);
    int size = shape.sizePerPosition(length);
    if (shape.kind() != HookShape.Kind.ATTENTION) {
      return Arrays.copyOfRange(all, position * size, (position + 1) * size);
    }
    float[] vector = new float[size];
    for (int head = 0; head < shape.heads(); head++) {
      System.arraycopy(all, (head * length + position) * length, vector, head * length, length);
    }
    return vector;
  }

  private static double largestDifference(float[] found, float[] expected) {
    assertThat(found).hasSameSizeAs(expected);
    double largest = 0;
    for (int i = 0; i < found.length; i++) {
      // Infinities of masked scores are equal and have no difference.
      if (found[i] != expected[i]) {
        largest = Math.max(largest, Math.abs((double) found[i] - expected[i]));
      }
    }
    return largest;
  }

  private static <R extends Record> RowWriter<R> writer(List<R> rows) {
    return new RowWriter<>() {
      @Override
      public void write(R row) {
        rows.add(row);
      }

      @Override
      public void close() {}
    };
  }

  private static final class FailingWriter implements RowWriter<ActivationArrayRow> {
    @Override
    public void write(ActivationArrayRow row) throws IOException {
      throw new IOException("disk full");
    }

    @Override
    public void close() {}
  }
}
