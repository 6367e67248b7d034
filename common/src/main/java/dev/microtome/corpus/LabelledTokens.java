package dev.microtome.corpus;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Tokens, each with its labels; grows at its end. */
final class LabelledTokens {
  private int[] tokens = new int[64];
  private final List<List<Label>> labels = new ArrayList<>();

  int size() {
    return labels.size();
  }

  int token(int index) {
    return tokens[index];
  }

  List<Label> labels(int index) {
    return labels.get(index);
  }

  /** The first tokens, at most so many. */
  int[] tokens(int limit) {
    return Arrays.copyOf(tokens, Math.min(limit, size()));
  }

  void add(int token, List<Label> itsLabels) {
    if (labels.size() == tokens.length) {
      tokens = Arrays.copyOf(tokens, 2 * tokens.length);
    }
    tokens[labels.size()] = token;
    labels.add(itsLabels);
  }

  /** Appends tokens with these labels beside their own. */
  void addAll(LabelledTokens other, List<Label> more) {
    for (int i = 0; i < other.size(); i++) {
      add(other.token(i), join(other.labels(i), more));
    }
  }

  private static List<Label> join(List<Label> own, List<Label> more) {
    if (more.isEmpty()) {
      return own;
    }
    List<Label> all = new ArrayList<>(own);
    all.addAll(more);
    return all;
  }
}
