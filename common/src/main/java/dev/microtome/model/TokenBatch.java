package dev.microtome.model;

import java.util.Arrays;
import java.util.List;

/**
 * Token sequences for one pass, of any lengths, and for BERT their token types. Shorter rows are
 * padded on the right inside the model: what a row's own positions give does not depend on the
 * other rows, and what stands at padded positions means nothing. Sorting by length before cutting
 * batches saves the padding's arithmetic; it is the caller's to do.
 */
public final class TokenBatch {
  private final int[][] tokens;
  private final int[][] tokenTypes;
  private final int length;

  private TokenBatch(int[][] tokens, int[][] tokenTypes) {
    if (tokens.length == 0) {
      throw new IllegalArgumentException("A batch needs at least one sequence");
    }
    int longest = 0;
    for (int row = 0; row < tokens.length; row++) {
      if (tokens[row].length == 0) {
        throw new IllegalArgumentException("Sequence " + row + " is empty");
      }
      if (tokenTypes != null && tokenTypes[row].length != tokens[row].length) {
        throw new IllegalArgumentException(
            "Sequence %d has %d tokens and %d token types"
                .formatted(row, tokens[row].length, tokenTypes[row].length));
      }
      longest = Math.max(longest, tokens[row].length);
    }
    this.tokens = tokens;
    this.tokenTypes = tokenTypes;
    this.length = longest;
  }

  public static TokenBatch of(List<int[]> sequences) {
    return new TokenBatch(copy(sequences), null);
  }

  public static TokenBatch of(int[]... sequences) {
    return of(List.of(sequences));
  }

  /** A batch with token types (BERT's segments), each as long as its sequence. */
  public static TokenBatch withTokenTypes(List<int[]> sequences, List<int[]> tokenTypes) {
    if (sequences.size() != tokenTypes.size()) {
      throw new IllegalArgumentException(
          "%d sequences and token types of %d".formatted(sequences.size(), tokenTypes.size()));
    }
    return new TokenBatch(copy(sequences), copy(tokenTypes));
  }

  /** Sequences. */
  public int size() {
    return tokens.length;
  }

  /** Tokens of the longest sequence: the position axis of every activation. */
  public int length() {
    return length;
  }

  /** Tokens of one sequence. */
  public int length(int row) {
    return tokens[row].length;
  }

  /** Tokens without padding. */
  public long tokenCount() {
    long count = 0;
    for (int[] row : tokens) {
      count += row.length;
    }
    return count;
  }

  public int[] tokens(int row) {
    return tokens[row].clone();
  }

  int token(int row, int position) {
    return tokens[row][position];
  }

  boolean ragged() {
    for (int[] row : tokens) {
      if (row.length != length) {
        return true;
      }
    }
    return false;
  }

  /** Row-major [size, length], padded with 0. */
  int[] paddedTokens() {
    return padded(tokens);
  }

  /** Row-major [size, length], padded with 0; all 0 without token types. */
  int[] paddedTokenTypes() {
    return tokenTypes == null ? new int[tokens.length * length] : padded(tokenTypes);
  }

  boolean hasTokenTypes() {
    return tokenTypes != null;
  }

  /** Row-major [size, length]: whether there is a token. */
  boolean[] present() {
    boolean[] present = new boolean[tokens.length * length];
    for (int row = 0; row < tokens.length; row++) {
      Arrays.fill(present, row * length, row * length + tokens[row].length, true);
    }
    return present;
  }

  private int[] padded(int[][] rows) {
    int[] flat = new int[rows.length * length];
    for (int row = 0; row < rows.length; row++) {
      System.arraycopy(rows[row], 0, flat, row * length, rows[row].length);
    }
    return flat;
  }

  private static int[][] copy(List<int[]> rows) {
    return rows.stream().map(int[]::clone).toArray(int[][]::new);
  }
}
