package dev.microtome.sae.evaluation;

import java.util.Comparator;

/** A concept that a token has, and its value there, such as {@code gender} and {@code female}. */
public record TokenLabel(String concept, String value) implements Comparable<TokenLabel> {
  private static final Comparator<TokenLabel> ORDER =
      Comparator.comparing(TokenLabel::concept).thenComparing(TokenLabel::value);

  @Override
  public int compareTo(TokenLabel other) {
    return ORDER.compare(this, other);
  }
}
