package dev.microtome.dynamics;

import dev.microtome.run.InputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Turns rows of token_losses, in any order, into columns: the losses of a token under all
 * checkpoints. Every checkpoint must have every token, once. Memory: 4 bytes a loss and about 60 a
 * token. Not thread-safe.
 */
public final class LossColumns {
  /** Longer than any context; a position beyond is a column read amiss. */
  private static final int MAX_POSITION = 1 << 24;

  private final List<ModelStep> checkpoints;
  private final Map<ModelStep, Integer> indices = new TreeMap<>();
  private final Map<Long, Sequence> sequences = new TreeMap<>();
  private ModelStep lastCheckpoint;
  private int lastIndex;
  private long lastId;
  private Sequence lastSequence;

  private static final class Sequence {
    private Token[] tokens = new Token[16]; // by position, null where there is none

    Token at(int position) {
      return position < tokens.length ? tokens[position] : null;
    }

    void put(int position, Token token) {
      if (position >= tokens.length) {
        tokens = Arrays.copyOf(tokens, Math.max(position + 1, 2 * tokens.length));
      }
      tokens[position] = token;
    }
  }

  /**
   * A token's losses.
   *
   * @param losses by checkpoint, NaN where none was added
   * @param source where its first loss came from
   */
  @SuppressWarnings("ArrayRecordComponent") // filled in place, never leaves this class
  private record Token(int position, int id, float[] losses, String source) {}

  /**
   * Columns without rows.
   *
   * @param checkpoints in the order of the losses of a column
   */
  public LossColumns(List<ModelStep> checkpoints) {
    this.checkpoints = List.copyOf(checkpoints);
    for (int i = 0; i < checkpoints.size(); i++) {
      indices.put(checkpoints.get(i), i);
    }
  }

  /**
   * Adds a loss.
   *
   * @param source the file it comes from, for messages
   * @throws InputException if the checkpoint is none of these, the loss is there already or not
   *     finite, or another checkpoint has another token at the place
   */
  public void add(TokenLossRow row, String source) {
    int checkpoint = checkpoint(row, source);
    if (row.position() < 1 || row.position() > MAX_POSITION) {
      throw new InputException(
          "%s: sequence_id %d has position %d, expected 1 to %d"
              .formatted(source, row.sequenceId(), row.position(), MAX_POSITION));
    }
    if (!Float.isFinite(row.loss())) {
      throw new InputException(
          "%s: the loss of %s is %s, expected a finite number"
              .formatted(source, place(row), row.loss()));
    }
    if (lastSequence == null || lastId != row.sequenceId()) {
      lastId = row.sequenceId();
      lastSequence = sequences.computeIfAbsent(lastId, unused -> new Sequence());
    }
    Token token = lastSequence.at(row.position());
    if (token == null) {
      float[] losses = new float[checkpoints.size()];
      Arrays.fill(losses, Float.NaN);
      token = new Token(row.position(), row.tokenId(), losses, source);
      lastSequence.put(row.position(), token);
    }
    if (token.id() != row.tokenId()) {
      throw new InputException(
          "%s: %s has token_id %d, but %s has %d: these are losses of different tokens"
              .formatted(source, place(row), row.tokenId(), token.source(), token.id()));
    }
    if (!Float.isNaN(token.losses()[checkpoint])) {
      throw new InputException("%s: the loss of %s comes twice".formatted(source, place(row)));
    }
    token.losses()[checkpoint] = row.loss();
  }

  private int checkpoint(TokenLossRow row, String source) {
    if (lastCheckpoint == null
        || lastCheckpoint.step() != row.step()
        || !lastCheckpoint.model().equals(row.model())) {
      lastCheckpoint = new ModelStep(row.model(), row.step());
      lastIndex = indices.getOrDefault(lastCheckpoint, -1);
    }
    if (lastIndex < 0) {
      throw new InputException(
          "%s: %s has losses of sequence_id %d, but none of the first sequence"
              .formatted(source, lastCheckpoint, row.sequenceId()));
    }
    return lastIndex;
  }

  private static String place(TokenLossRow row) {
    return "model '%s', step %d, sequence_id %d, position %d"
        .formatted(row.model(), row.step(), row.sequenceId(), row.position());
  }

  /**
   * The chosen columns, in the order of sequence_id and position.
   *
   * @throws InputException if a checkpoint lacks a token that another one has, chosen or not
   */
  public void forEach(TokenSelection selection, Consumer<LossColumnRow> action) {
    sequences.forEach(
        (id, sequence) -> {
          List<Token> tokens = new ArrayList<>();
          for (Token token : sequence.tokens) {
            if (token != null) {
              requireAll(id, token);
              tokens.add(token);
            }
          }
          for (Token token : selection.choose(id, tokens)) {
            action.accept(LossColumnRow.of(id, token.position(), token.id(), token.losses()));
          }
        });
  }

  private void requireAll(long id, Token token) {
    for (int i = 0; i < token.losses().length; i++) {
      if (Float.isNaN(token.losses()[i])) {
        throw new InputException(
            "%s has no loss of sequence_id %d, position %d, which %s has for another checkpoint"
                .formatted(checkpoints.get(i), id, token.position(), token.source()));
      }
    }
  }
}
