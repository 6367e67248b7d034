package dev.microtome.probing;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One pass over the rows of a hook point: everything that is asked at once, of all concepts. Plain
 * data, so that it goes out to where the rows are.
 */
public final class HookPass implements Serializable {
  private final ArrayList<ConceptAsks> concepts;

  HookPass(List<ConceptAsks> concepts) {
    this.concepts = new ArrayList<>(concepts);
  }

  /**
   * What is asked of one concept.
   *
   * @param from its target
   */
  record ConceptAsks(int from, List<RowsAsk> asks) implements Serializable {
    ConceptAsks {
      asks = List.copyOf(asks);
    }

    boolean read(int fold) {
      return asks.stream().anyMatch(ask -> ask.reads(fold));
    }
  }

  /**
   * Sums up the rows of a part.
   *
   * @param rows as {@link RowChunks.Writer} has written them
   * @param shared where ids of sequences are of which other parts have rows too
   */
  public PassSums over(InputStream rows, List<SequenceSpan> shared) throws IOException {
    List<List<PassSums.Sum>> sums =
        concepts.stream()
            .map(concept -> concept.asks().stream().map(RowsAsk::nothing).toList())
            .toList();
    RowChunks.forEach(
        rows,
        fold -> concepts.stream().anyMatch(concept -> concept.read(fold)),
        chunk -> {
          for (int i = 0; i < concepts.size(); i++) {
            if (concepts.get(i).read(chunk.fold())) {
              try (Examples examples = chunk.examples(concepts.get(i).from(), 1)) {
                if (examples.rows() > 0) {
                  add(concepts.get(i), chunk.fold(), examples, sums.get(i));
                }
              }
            }
          }
        });
    PassSums all = new PassSums(sums.stream().flatMap(List::stream).toList());
    all.sums()
        .forEach(
            sum ->
                sum.hits()
                    .close(sequence -> shared.stream().anyMatch(span -> span.contains(sequence))));
    return all;
  }

  private static void add(ConceptAsks concept, int fold, Examples rows, List<PassSums.Sum> sums) {
    List<RowsAsk.Gradient> gradients = new ArrayList<>();
    List<PassSums.Sum> theirs = new ArrayList<>();
    for (int i = 0; i < sums.size(); i++) {
      RowsAsk ask = concept.asks().get(i);
      if (!ask.reads(fold)) {
        continue;
      }
      if (ask instanceof RowsAsk.Gradient gradient) {
        gradients.add(gradient);
        theirs.add(sums.get(i));
      } else if (ask instanceof RowsAsk.Counts counts) {
        counts.add(rows, sums.get(i));
      } else if (ask instanceof RowsAsk.Held held) {
        held.add(rows, sums.get(i));
      } else if (ask instanceof RowsAsk.Scores scores) {
        scores.add(rows, sums.get(i));
      }
    }
    if (!gradients.isEmpty()) {
      addGradients(gradients, rows, theirs);
    }
  }

  /** All gradients in one call, which widens the rows to float64 once. */
  private static void addGradients(
      List<RowsAsk.Gradient> gradients, Examples rows, List<PassSums.Sum> sums) {
    try (NDManager scope = rows.x().array().getManager().newSubManager()) {
      Map<List<Object>, NDArray> targets = new HashMap<>();
      List<NDArray> ys = new ArrayList<>();
      List<NDArray> ws = new ArrayList<>();
      List<NDArray> bs = new ArrayList<>();
      for (RowsAsk.Gradient each : gradients) {
        // Problems that differ by their weights alone share their targets.
        List<Object> key =
            List.of(
                each.labelling().counts().length, Arrays.stream(each.present()).boxed().toList());
        ys.add(targets.computeIfAbsent(key, unused -> scope.create(targets(each, rows))));
        ws.add(ProbeRows.array(scope, each.weights().matrix()));
        bs.add(scope.create(each.weights().b()));
      }
      NDArray centre = scope.create(gradients.get(0).centre());
      List<NDArray> found = ProbeKernels.logistics(scope, rows.x().array(), ys, centre, ws, bs);
      for (int i = 0; i < sums.size(); i++) {
        double[] to = sums.get(i).numbers();
        to[0] += found.get(3 * i).getDouble();
        int at = add(found.get(3 * i + 1).toDoubleArray(), to, 1);
        add(found.get(3 * i + 2).toDoubleArray(), to, at);
      }
    }
  }

  private static long[] targets(RowsAsk.Gradient ask, Examples rows) {
    int[] labels = ask.labelling().of(rows);
    long[] targets = new long[labels.length];
    for (int i = 0; i < targets.length; i++) {
      targets[i] = Arrays.binarySearch(ask.present(), labels[i]);
    }
    return targets;
  }

  private static int add(double[] values, double[] to, int at) {
    for (int i = 0; i < values.length; i++) {
      to[at + i] += values[i];
    }
    return at + values.length;
  }
}
