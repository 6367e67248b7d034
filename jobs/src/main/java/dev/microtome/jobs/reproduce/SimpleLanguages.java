package dev.microtome.jobs.reproduce;

import dev.microtome.circuits.BigramFitRow;
import dev.microtome.circuits.SkipTrigramRow;
import dev.microtome.dynamics.Series;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What weights say of the languages that zero layers and one layer can learn wholly. */
final class SimpleLanguages {
  private SimpleLanguages() {}

  /** A skip-trigram without its strength. */
  record Triple(int source, int destination, int out) {}

  /**
   * How many of a model's strongest skip-trigrams are the corpus's.
   *
   * @param triples skip-trigrams of the corpus, and so many of the model's strongest are looked at
   * @param found how many of these are the corpus's
   * @param mixed how many others have source and out of one of the corpus's, and the destination of
   *     another: attention and output are separate circuits, so that a head which serves several
   *     destinations raises the outs of all ("bugs" in Elhage et al. 2021)
   */
  record Precision(int triples, int found, int mixed) {}

  /**
   * Mean over sources of the divergence of a model's bigrams from the corpus's, by step, in nats.
   */
  static Series bigramDivergence(RunTables tables, String framework, String model) {
    TreeMap<Long, Double> means =
        tables.rows(framework, "bigram_fit", BigramFitRow.class).stream()
            .filter(row -> row.model().equals(model))
            .collect(
                Collectors.groupingBy(
                    BigramFitRow::step,
                    TreeMap::new,
                    Collectors.averagingDouble(BigramFitRow::klDivergence)));
    return new Series("bigram divergence of " + model, means);
  }

  static Precision skipTrigrams(RunTables tables, String framework, String model, String corpus) {
    Set<Triple> truth =
        tables.rows(corpus, "skip_trigrams", dev.microtome.corpus.SkipTrigramRow.class).stream()
            .map(row -> new Triple(row.source(), row.destination(), row.out()))
            .collect(Collectors.toSet());
    List<SkipTrigramRow> rows =
        tables.rows(framework, "skip_trigrams", SkipTrigramRow.class).stream()
            .filter(row -> row.model().equals(model))
            .toList();
    long last = rows.stream().mapToLong(SkipTrigramRow::step).max().orElse(0);
    Map<Triple, Double> strengths =
        rows.stream()
            .filter(row -> row.step() == last)
            .collect(
                Collectors.toMap(
                    row -> new Triple(row.source(), row.destination(), row.out()),
                    SkipTrigramRow::strength,
                    Math::max));
    Set<Triple> strongest =
        strengths.entrySet().stream()
            .sorted(
                Map.Entry.<Triple, Double>comparingByValue(Comparator.reverseOrder())
                    .thenComparing(entry -> entry.getKey().toString()))
            .limit(truth.size())
            .map(Map.Entry::getKey)
            .collect(Collectors.toCollection(HashSet::new));
    int found = (int) strongest.stream().filter(truth::contains).count();
    int mixed =
        (int)
            strongest.stream()
                .filter(triple -> !truth.contains(triple))
                .filter(triple -> isMixedOf(truth, triple))
                .count();
    return new Precision(truth.size(), found, mixed);
  }

  private static boolean isMixedOf(Set<Triple> truth, Triple triple) {
    return truth.stream()
            .anyMatch(each -> each.source() == triple.source() && each.out() == triple.out())
        && truth.stream().anyMatch(each -> each.destination() == triple.destination());
  }
}
