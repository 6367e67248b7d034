package dev.microtome.circuits;

import static dev.microtome.circuits.FrameworkModel.matrix;
import static dev.microtome.circuits.FrameworkModel.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import dev.microtome.linalg.GeneralEigenvalues;
import dev.microtome.linalg.Matrix;
import dev.microtome.model.FrameworkWeights;
import dev.microtome.model.HeadIndex;
import dev.microtome.model.load.ModelWeights;
import dev.microtome.model.load.Safetensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The framework's quantities against TransformerLens 3.9.0 and plain algebra. Float64 throughout;
 * largest difference seen 3e-13.
 */
class FrameworkGoldenTest {
  private static final double TOLERANCE = 1e-9;
  private static final int LAYERS = 2;
  private static final int HEADS = 4;

  private static NDManager manager;
  private static ModelWeights stored;
  private static Safetensors golden;
  private static FrameworkWeights weights;
  private static HeadCircuits circuits;

  @BeforeAll
  static void load() {
    manager = NDManager.newBaseManager();
    stored = FrameworkModel.weights(manager);
    golden = FrameworkModel.golden();
    weights = FrameworkWeights.of(stored, FrameworkWeights.Folding.NONE);
    circuits = HeadCircuits.of(weights);
  }

  @AfterAll
  static void close() {
    golden.close();
    stored.close();
    manager.close();
  }

  @Test
  void bigrams() {
    assertClose(BigramTable.of(weights).logits(0, 40), matrix(golden, "bigram"));
  }

  @Test
  void circuitsOfEveryHead() {
    for (HeadIndex head : heads()) {
      int[] at = {head.layer(), head.head()};
      FrameworkWeights.Head matrices = weights.head(head.layer(), head.head());
      assertClose(matrices.qk().product(), matrix(golden, "qk", at));
      assertClose(matrices.ov().product(), matrix(golden, "ov", at));
      assertClose(
          HeadCircuits.fullQk(weights, head.layer(), head.head()).product(),
          matrix(golden, "full_qk", at));
      assertClose(
          HeadCircuits.fullOv(weights, head.layer(), head.head()).product(),
          matrix(golden, "full_ov", at));
    }
  }

  @Test
  void eigenvalueScoresOfEveryHead() {
    for (HeadIndex head : heads()) {
      int[] at = {head.layer(), head.head()};
      assertThat(circuits.fullOvCopying(head.layer(), head.head()))
          .isCloseTo(value(golden, "copying.full_ov", at), within(TOLERANCE));
      assertThat(circuits.ovCopying(head.layer(), head.head()))
          .isCloseTo(value(golden, "copying.ov", at), within(TOLERANCE));
      assertThat(circuits.fullQkMatching(head.layer(), head.head()))
          .isCloseTo(value(golden, "matching.full_qk", at), within(TOLERANCE));
    }
  }

  @Test
  void eigenvaluesOfTheFullCircuits() {
    for (HeadIndex head : heads()) {
      assertEigenvalues(circuits.fullOvCore(head.layer(), head.head()), "full_ov", head);
      assertEigenvalues(circuits.fullQkCore(head.layer(), head.head()), "full_qk", head);
    }
  }

  private static void assertEigenvalues(Matrix core, String name, HeadIndex head) {
    GeneralEigenvalues found = GeneralEigenvalues.of(core);
    double[] moduli =
        IntStream.range(0, core.rows())
            .mapToDouble(i -> -Math.hypot(found.real(i), found.imaginary(i)))
            .sorted()
            .map(negative -> -negative)
            .toArray();
    double[] expected =
        matrix(golden, "eigenvalues." + name + ".absolute_sorted", head.layer()).row(head.head());
    assertThat(moduli).containsExactly(expected, within(TOLERANCE));
    double[] sum = matrix(golden, "eigenvalues." + name + ".sum", head.layer()).row(head.head());
    assertThat(IntStream.range(0, core.rows()).mapToDouble(found::real).sum())
        .isCloseTo(sum[0], within(TOLERANCE));
    assertThat(IntStream.range(0, core.rows()).mapToDouble(found::imaginary).sum())
        .isCloseTo(sum[1], within(TOLERANCE));
  }

  @Test
  void compositionOfAllPairs() {
    List<Composition> pairs = new ArrayList<>();
    Composition.ofAllPairs(weights, pairs::add);
    assertThat(pairs).hasSize(HEADS * HEADS);
    for (Composition pair : pairs) {
      assertThat(pair.first().layer()).isZero();
      assertThat(pair.second().layer()).isEqualTo(1);
      int[] at = {0, pair.first().head(), 1, pair.second().head()};
      assertThat(pair.q()).isCloseTo(value(golden, "composition.Q", at), within(TOLERANCE));
      assertThat(pair.k()).isCloseTo(value(golden, "composition.K", at), within(TOLERANCE));
      assertThat(pair.v()).isCloseTo(value(golden, "composition.V", at), within(TOLERANCE));
    }
  }

  @Test
  void virtualHeads() {
    List<Composition> pairs = new ArrayList<>();
    Composition.ofAllPairs(weights, pairs::add);
    for (Composition pair : pairs) {
      int[] at = {pair.first().head(), pair.second().head()};
      assertThat(pair.virtualNorm())
          .isCloseTo(value(golden, "virtual_norm", at), within(TOLERANCE));
      assertThat(circuits.virtualCopying(pair.first(), pair.second()))
          .isCloseTo(value(golden, "copying.virtual", at), within(TOLERANCE));
      assertClose(
          weights.head(0, at[0]).ov().times(weights.head(1, at[1]).ov()).product(),
          matrix(golden, "virtual_ov", at));
    }
  }

  @Test
  void pathsSumToTheLogits() {
    for (int row = 0; row < 2; row++) {
      PathExpansion paths = expansion(row);
      Matrix sum = paths.direct();
      assertClose(sum, matrix(golden, "terms.direct", row));
      for (HeadIndex head : heads()) {
        Matrix term = paths.head(head);
        assertClose(term, matrix(golden, "terms.layer" + head.layer(), head.head(), row));
        sum = sum.plus(term);
      }
      for (int first = 0; first < HEADS; first++) {
        for (int second = 0; second < HEADS; second++) {
          Matrix term = paths.virtual(new HeadIndex(0, first), new HeadIndex(1, second));
          assertThat(term.row(term.rows() - 1))
              .containsExactly(
                  matrix(golden, "terms.virtual", first, second).row(row), within(TOLERANCE));
          sum = sum.plus(term);
        }
      }
      assertClose(sum, matrix(golden, "logits", row));
    }
  }

  private static PathExpansion expansion(int row) {
    int[] tokens = FrameworkModel.tokens(golden, "input_ids", row);
    Matrix embedding = weights.embedding(0, 40);
    double[] stream = weights.positions(tokens.length).orElseThrow().toArray();
    for (int position = 0; position < tokens.length; position++) {
      double[] token = embedding.row(tokens[position]);
      for (int i = 0; i < token.length; i++) {
        stream[position * token.length + i] += token[i];
      }
    }
    List<List<Matrix>> patterns =
        IntStream.range(0, LAYERS)
            .mapToObj(
                layer ->
                    IntStream.range(0, HEADS)
                        .mapToObj(head -> matrix(golden, "pattern." + layer, row, head))
                        .toList())
            .toList();
    return PathExpansion.of(weights, Matrix.of(tokens.length, 24, stream), patterns);
  }

  private static List<HeadIndex> heads() {
    return HeadIndex.all(weights.config());
  }

  private static void assertClose(Matrix found, Matrix expected) {
    assertThat(Arrays.asList(found.rows(), found.columns()))
        .isEqualTo(Arrays.asList(expected.rows(), expected.columns()));
    assertThat(found.toArray()).containsExactly(expected.toArray(), within(TOLERANCE));
  }
}
