package dev.microtome.corpus;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Strings without words: DNA with a motif in half of them, base64. Spelt in characters. */
final class GeneratedStrings {
  private static final String BASES = "ACGT";
  private static final String MOTIF = "TATAAA";
  private static final int LEAST_BASES = 16;
  private static final int MOST_BASES = 40;
  private static final int LEAST_BYTES = 9;
  private static final int MOST_BYTES = 24;

  private final Vocabulary vocabulary;

  GeneratedStrings(Vocabulary vocabulary) {
    this.vocabulary = vocabulary;
  }

  /** Bases, a TATA box among them in every second string; chance adds few. */
  Entity dna(Draws draws) {
    StringBuilder bases = new StringBuilder();
    int length = draws.between(LEAST_BASES, MOST_BASES);
    while (bases.length() < length) {
      bases.append(BASES.charAt(draws.below(BASES.length())));
    }
    if (draws.below(2) == 0) {
      int at = draws.below(length - MOTIF.length() + 1);
      bases.replace(at, at + MOTIF.length(), MOTIF);
    }
    return spelt(bases.toString(), "dna");
  }

  Entity base64(Draws draws) {
    byte[] bytes = new byte[draws.between(LEAST_BYTES, MOST_BYTES)];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) draws.next();
    }
    return spelt(Base64.getEncoder().encodeToString(bytes), "base64");
  }

  private Entity spelt(String text, String region) {
    List<Label> plain = List.of(new Label("region", region));
    List<Label> inMotif = List.of(new Label("region", region), new Label("motif", "tata_box"));
    List<Phrase.Piece> pieces = new ArrayList<>();
    int motif = -MOTIF.length();
    for (int i = 0; i < text.length(); i++) {
      motif = region.equals("dna") && text.startsWith(MOTIF, i) ? i : motif;
      boolean inside = i < motif + MOTIF.length();
      pieces.add(
          new Phrase.Piece(
              text.substring(i, i + 1), inside ? inMotif : plain, Phrase.Spelling.CHARACTERS));
    }
    return Entity.of(text, Phrase.of(vocabulary, pieces));
  }
}
