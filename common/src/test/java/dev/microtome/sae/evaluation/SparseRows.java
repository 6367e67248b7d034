package dev.microtome.sae.evaluation;

import dev.microtome.text.TokenSequence;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Sequences whose features are drawn, few of them above 0, with ties among their values. */
record SparseRows(List<TokenSequence> sequences, List<SparseFeatures> features) {

  static SparseRows random(long seed, int sequences, int features) {
    Random random = new Random(seed);
    List<TokenSequence> tokens = new ArrayList<>();
    List<SparseFeatures> rows = new ArrayList<>();
    for (int i = 0; i < sequences; i++) {
      int length = 1 + random.nextInt(12);
      float[][] values = new float[length][features];
      for (float[] row : values) {
        for (int feature = 0; feature < features; feature++) {
          row[feature] = random.nextInt(4) == 0 ? (1 + random.nextInt(9)) / 4f : 0;
        }
      }
      tokens.add(new TokenSequence(10L * i, random.ints(length, 0, 50).toArray()));
      rows.add(SparseFeatures.of(values));
    }
    return new SparseRows(tokens, rows);
  }

  int size() {
    return sequences.size();
  }
}
