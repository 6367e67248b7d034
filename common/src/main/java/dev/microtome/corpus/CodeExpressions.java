package dev.microtome.corpus;

import java.util.ArrayList;
import java.util.List;

/**
 * Expressions with nested brackets, such as {@code max(x, [1, sum(y)])}. Every token has its
 * bracket depth: the brackets that are open around it, a bracket itself counted with them.
 */
final class CodeExpressions implements EntityType {
  private static final int MAX_DEPTH = 4;
  private static final int MOST_ARGUMENTS = 3;
  private static final int DIGITS = 10;
  private static final Label REGION = new Label("region", "code");

  private final Vocabulary vocabulary;
  private final List<String> names;

  CodeExpressions(List<String> names, Vocabulary vocabulary) {
    this.vocabulary = vocabulary;
    this.names = names;
    for (String name : names) {
      Phrase.of(vocabulary, name);
    }
    for (String mark : List.of("(", ")", "[", "]", "{", "}", ":", ",")) {
      Phrase.of(vocabulary, mark);
    }
    for (int digit = 0; digit < DIGITS; digit++) {
      Phrase.of(vocabulary, Integer.toString(digit));
    }
  }

  @Override
  public Entity draw(Draws draws) {
    List<Phrase.Piece> pieces = new ArrayList<>();
    call(draws, 0, "", pieces);
    StringBuilder text = new StringBuilder();
    pieces.forEach(piece -> text.append(piece.text()));
    return Entity.of(text.toString(), Phrase.of(vocabulary, pieces));
  }

  private void expression(Draws draws, int depth, String before, List<Phrase.Piece> out) {
    int choice = depth >= MAX_DEPTH ? 0 : draws.below(5);
    switch (choice) {
      case 2 -> call(draws, depth, before, out);
      case 3 -> list(draws, depth, before, out);
      case 4 -> {
        bracket(before + "{", "open", depth + 1, out);
        plain(draws.pick(names), depth + 1, out);
        plain(":", depth + 1, out);
        expression(draws, depth + 1, " ", out);
        bracket("}", "close", depth + 1, out);
      }
      default -> {
        boolean digit = draws.below(2) == 0;
        String text = digit ? Integer.toString(draws.below(DIGITS)) : draws.pick(names);
        plain(before + text, depth, out);
      }
    }
  }

  private void call(Draws draws, int depth, String before, List<Phrase.Piece> out) {
    plain(before + draws.pick(names), depth, out);
    bracket("(", "open", depth + 1, out);
    arguments(draws, depth + 1, out);
    bracket(")", "close", depth + 1, out);
  }

  private void list(Draws draws, int depth, String before, List<Phrase.Piece> out) {
    bracket(before + "[", "open", depth + 1, out);
    arguments(draws, depth + 1, out);
    bracket("]", "close", depth + 1, out);
  }

  private void arguments(Draws draws, int depth, List<Phrase.Piece> out) {
    int count = draws.between(1, MOST_ARGUMENTS);
    for (int i = 0; i < count; i++) {
      if (i > 0) {
        plain(",", depth, out);
      }
      expression(draws, depth, i > 0 ? " " : "", out);
    }
  }

  private static void plain(String text, int depth, List<Phrase.Piece> out) {
    out.add(Phrase.Piece.of(text, REGION, depth(depth)));
  }

  private static void bracket(String text, String side, int depth, List<Phrase.Piece> out) {
    out.add(Phrase.Piece.of(text, REGION, depth(depth), new Label("bracket", side)));
  }

  private static Label depth(int depth) {
    return new Label("bracket_depth", Integer.toString(depth));
  }
}
