package dev.microtome.sae.evaluation;

import dev.microtome.table.Column;
import java.util.Comparator;
import java.util.Optional;

/** A concept that a token has, and its value there, such as {@code gender} and {@code female}. */
public record TokenLabel(
    @Column(doc = "the concept") String concept, @Column(doc = "its value") String value)
    implements Comparable<TokenLabel> {
  private static final Comparator<TokenLabel> ORDER =
      Comparator.comparing(TokenLabel::concept).thenComparing(TokenLabel::value);

  /** Reads {@code concept=value}; empty if it is none. */
  public static Optional<TokenLabel> parse(String text) {
    int equals = text.indexOf('=');
    return equals < 1 || equals == text.length() - 1
        ? Optional.empty()
        : Optional.of(new TokenLabel(text.substring(0, equals), text.substring(equals + 1)));
  }

  @Override
  public String toString() {
    return concept + "=" + value;
  }

  @Override
  public int compareTo(TokenLabel other) {
    return ORDER.compare(this, other);
  }
}
