package dev.microtome.corpus;

import dev.microtome.table.RowWriter;
import java.io.IOException;
import java.util.List;

/**
 * A language of skip-trigrams (Elhage et al. 2021): what follows a destination is decided by the
 * source that stands anywhere earlier. One attention layer learns it: the destination attends to
 * the source, whose OV circuit favours its outs.
 *
 * <p>A sequence has one source, which may come several times. Every token is drawn alike, without
 * memory, but the one after a destination once the source has come: that is the out of the two with
 * probability {@code strength}, else drawn like the others. Ids: BOS, sources, destinations,
 * ordinary tokens, of which some are outs; the outs of one destination differ from each other.
 */
public final class SkipTrigramCorpus extends GeneratedCorpus {
  private static final String KIND = "skip-trigram";

  private final SkipTrigramSettings settings;
  private final ToyVocabulary vocabulary;
  private final int firstSource = CorpusShape.BOS + 1;
  private final int firstDestination;
  private final int firstOrdinary;
  private final int ordinary;
  private final int[][] outs; // [destination, source]

  /** Draws the triples. */
  public SkipTrigramCorpus(CorpusShape shape, DocumentText text, SkipTrigramSettings settings) {
    super(shape, text);
    this.settings = settings;
    this.vocabulary = new ToyVocabulary(settings.vocabularySize());
    this.firstDestination = firstSource + settings.sources();
    this.firstOrdinary = firstDestination + settings.destinations();
    this.ordinary = settings.vocabularySize() - firstOrdinary;
    this.outs = new int[settings.destinations()][];
    for (int destination = 0; destination < outs.length; destination++) {
      outs[destination] =
          Draws.of(shape.seed(), "skip-trigram outs", destination)
              .sample(settings.sources(), ordinary);
    }
  }

  @Override
  public List<String> vocabulary() {
    return vocabulary.tokens();
  }

  @Override
  public String tokenizerJson() {
    return vocabulary.tokenizerJson();
  }

  @Override
  void writeOwnTruth(RowWriters writers) throws IOException {
    double without = ordinaryShare() / ordinary;
    double with = settings.strength() + (1 - settings.strength()) * without;
    try (RowWriter<SkipTrigramRow> rows = writers.open(SkipTrigramRow.TABLE)) {
      for (int source = 0; source < settings.sources(); source++) {
        for (int destination = 0; destination < outs.length; destination++) {
          rows.write(
              new SkipTrigramRow(
                  firstSource + source,
                  firstDestination + destination,
                  firstOrdinary + outs[destination][source],
                  with,
                  without));
        }
      }
    }
    try (RowWriter<MetricRow> rows = writers.open(MetricRow.TABLE)) {
      rows.write(
          new MetricRow(
              "uniform_loss_nats",
              StrictMath.log(settings.vocabularySize() - 1),
              "loss where every token but BOS is held equally likely"));
      rows.write(
          new MetricRow(
              "optimal_loss_nats",
              optimalLoss(),
              "least expected loss over the predicted tokens of a sequence"));
    }
  }

  @Override
  void writeSequence(long id, SequenceSink sink) throws IOException {
    Draws draws = Draws.of(shape().seed(), KIND, id);
    int[] tokens = shape().sequence();
    int source = draws.below(settings.sources());
    boolean seen = false;
    int last = CorpusShape.BOS;
    for (int position = shape().start(); position < tokens.length; position++) {
      int destination = last - firstDestination;
      boolean decided = seen && destination >= 0 && destination < outs.length;
      if (decided && draws.unit() < settings.strength()) {
        last = firstOrdinary + outs[destination][source];
      } else if (draws.unit() < settings.sourceRate()) {
        last = firstSource + source;
        seen = true;
      } else if (draws.unit() < settings.destinationRate()) {
        last = firstDestination + draws.below(settings.destinations());
      } else {
        last = firstOrdinary + draws.below(ordinary);
      }
      tokens[position] = last;
    }
    vocabulary.write(KIND, id, tokens, shape(), sink);
  }

  private double destinationShare() {
    return (1 - settings.sourceRate()) * settings.destinationRate();
  }

  private double ordinaryShare() {
    return (1 - settings.sourceRate()) * (1 - settings.destinationRate());
  }

  /** Exact: what is known before a token is whether the source has come, and the last token. */
  private double optimalLoss() {
    double rest =
        Entropy.shared(destinationShare(), settings.destinations())
            + Entropy.shared(ordinaryShare(), ordinary);
    double unseen = Entropy.shared(settings.sourceRate(), settings.sources()) + rest;
    double free = Entropy.shared(settings.sourceRate(), 1) + rest;
    double decided = decidedEntropy();
    // Chances of: no source yet; the source has come, and the last token is no destination, is one.
    double before = 1;
    double plain = 0;
    double destination = 0;
    double loss = 0;
    for (int drawn = 0; drawn < shape().content(); drawn++) {
      if (drawn > 0 || shape().prependBos()) {
        loss += before * unseen + plain * free + destination * decided;
      }
      double drawnFreely = plain + (1 - settings.strength()) * destination;
      double arrives = before * settings.sourceRate();
      plain = arrives + drawnFreely * (1 - destinationShare()) + settings.strength() * destination;
      destination = drawnFreely * destinationShare();
      before -= arrives;
    }
    return loss / (shape().contextLength() - 1);
  }

  /** Entropy after a destination, once the source has come. */
  private double decidedEntropy() {
    double free = 1 - settings.strength();
    double each = free * ordinaryShare() / ordinary;
    return Entropy.shared(settings.strength() + each, 1)
        + Entropy.shared(each * (ordinary - 1), ordinary - 1)
        + Entropy.shared(free * destinationShare(), settings.destinations())
        + Entropy.shared(free * settings.sourceRate(), 1);
  }
}
