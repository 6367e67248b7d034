package dev.microtome.probing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class SequenceHitsTest {
  /** Rows and right rows of sequences 0, 1, …; a sequence that two parts cut stays open in both. */
  private static SequenceHits cut() throws IOException {
    SequenceHits one = new SequenceHits();
    one.add(0, 4, 4);
    one.add(1, 3, 0);
    one.add(2, 1, 1);
    one.close(sequence -> sequence == 2);
    SequenceHits other = new SequenceHits();
    other.add(2, 2, 0);
    other.add(3, 6, 4);
    other.close(sequence -> sequence == 2);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    other.write(new DataOutputStream(bytes));
    one.merge(
        SequenceHits.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()))));
    return one;
  }

  /** Accuracy 9/16: Σ(r − n·9/16)² over n·p·(1 − p). */
  @Test
  void closedSequencesVaryAsTheyDid() throws IOException {
    double p = 9.0 / 16;
    double squares = 0;
    for (int[] each : new int[][] {{4, 4}, {3, 0}, {3, 1}, {6, 4}}) {
      squares += (each[1] - each[0] * p) * (each[1] - each[0] * p);
    }
    SequenceHits hits = cut();
    assertThat(squares / (16 * p * (1 - p))).isGreaterThan(1.5);
    assertThat(hits.effectiveRows()).isCloseTo(16 / (squares / (16 * p * (1 - p))), within(1e-12));
    assertThat(hits.open()).isEqualTo(1);
  }

  @Test
  void ofRowsThatAreAllRightTheSequencesCount() {
    SequenceHits hits = new SequenceHits();
    hits.add(0, 5, 5);
    hits.add(1, 5, 5);
    hits.close(sequence -> sequence == 1);
    hits.add(2, 1, 1);
    assertThat(hits.effectiveRows()).isEqualTo(3);
  }
}
