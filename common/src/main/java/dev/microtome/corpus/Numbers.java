package dev.microtome.corpus;

import java.util.List;
import java.util.stream.IntStream;

/** Counts, years and dates. */
final class Numbers {
  private static final int FIRST_YEAR = 1900;
  private static final int YEARS = 100;
  private static final int MOST = 30;
  private static final int DAYS = 28; // every month has them

  private final Vocabulary vocabulary;
  private final List<String> months;
  private final List<Entity> counts;
  private final List<Entity> years;

  Numbers(List<String> months, Vocabulary vocabulary) {
    this.vocabulary = vocabulary;
    this.months = months;
    Label number = PartsOfSpeech.label("number");
    counts =
        IntStream.rangeClosed(2, MOST)
            .mapToObj(n -> entity(n, number, new Label("semantic_class", "count")))
            .toList();
    years =
        IntStream.range(FIRST_YEAR, FIRST_YEAR + YEARS)
            .mapToObj(n -> entity(n, number, new Label("date_part", "year")))
            .toList();
    // A date's words are learned here, though dates are made as they are drawn.
    entity(1, number);
    months.forEach(vocabulary::ids);
    months.forEach(month -> vocabulary.ids(" " + month));
  }

  Entity count(Draws draws) {
    return draws.pick(counts);
  }

  Entity year(Draws draws) {
    return draws.pick(years);
  }

  /** Day, month and year, such as 12 March 1987. */
  Entity date(Draws draws) {
    Label number = PartsOfSpeech.label("number");
    String day = Integer.toString(draws.between(1, DAYS));
    String month = draws.pick(months);
    String year = years.get(draws.below(YEARS)).name();
    Phrase phrase =
        Phrase.of(
            vocabulary,
            List.of(
                Phrase.Piece.of(day, number, new Label("date_part", "day")),
                Phrase.Piece.of(
                    " " + month,
                    PartsOfSpeech.label("proper_noun"),
                    new Label("date_part", "month")),
                Phrase.Piece.of(" " + year, number, new Label("date_part", "year"))));
    return Entity.of(day + " " + month + " " + year, phrase);
  }

  private Entity entity(int number, Label... labels) {
    String text = Integer.toString(number);
    return Entity.of(text, Phrase.of(vocabulary, text, labels));
  }
}
