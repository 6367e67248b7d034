package dev.microtome.jobs.corpora;

import dev.microtome.config.ConfigException;
import dev.microtome.config.Option;
import dev.microtome.corpus.BigramCorpus;
import dev.microtome.corpus.BigramSettings;
import dev.microtome.corpus.CorpusShape;
import dev.microtome.corpus.DocumentText;
import dev.microtome.corpus.GeneratedCorpus;
import dev.microtome.corpus.InductionCorpus;
import dev.microtome.corpus.InductionSettings;
import dev.microtome.corpus.LanguageCorpus;
import dev.microtome.corpus.LanguageSettings;
import dev.microtome.corpus.SkipTrigramCorpus;
import dev.microtome.corpus.SkipTrigramSettings;
import java.io.Serializable;

/** Keys of {@link GenerateCorpus}. */
public record GenerateCorpusConfig(
    @Option(
            doc =
                "language (English-like documents, every token labelled), induction (random segments that come again), bigram (a Markov chain) or skip-trigram (a source anywhere earlier decides what follows a destination)",
            orElse = "language")
        CorpusKind kind,
    @Option(doc = "sequences to generate, at least 1", orElse = "10000") long sequences,
    @Option(
            doc =
                "number of the first of them; sequences of another number are another part of the same corpus, such as one held out",
            orElse = "0")
        long firstSequence,
    @Option(doc = "tokens in a sequence, BOS included, from 2 to 1048576", orElse = "128")
        int contextLength,
    @Option(
            doc = "begin every sequence with BOS, id 0, which takes one of its places",
            orElse = "true")
        boolean prependBos,
    @Option(doc = "write the table documents too: the corpus as text", orElse = "true")
        boolean text,
    @Option(doc = "decides every token, and which facts hold", orElse = "0") long seed,
    @Option(
            doc =
                "sequences in a part, the unit that a restart repeats and a task works on, from 1 to 1000000; changes no token",
            orElse = "4096")
        int sequencesPerPart,
    @Option(doc = "the kind language") LanguageSettings language,
    @Option(doc = "the kind induction") InductionSettings induction,
    @Option(doc = "the kind bigram") BigramSettings bigram,
    @Option(doc = "the kind skip-trigram") SkipTrigramSettings skipTrigram)
    implements Serializable {
  private static final int MAX_CONTEXT = 1 << 20;
  private static final int MAX_PER_PART = 1_000_000;
  private static final int MAX_PARTS = 1_000_000;

  /** Checks each value by itself, and that the parts are not too many. */
  public GenerateCorpusConfig {
    if (contextLength < 2 || contextLength > MAX_CONTEXT) {
      throw new ConfigException(
          "context-length", contextLength, "must be from 2 to " + MAX_CONTEXT);
    }
    if (sequencesPerPart < 1 || sequencesPerPart > MAX_PER_PART) {
      throw new ConfigException(
          "sequences-per-part", sequencesPerPart, "must be from 1 to " + MAX_PER_PART);
    }
    long most = (long) MAX_PARTS * sequencesPerPart;
    if (sequences < 1 || sequences > most) {
      throw new ConfigException(
          "sequences",
          sequences,
          "must be from 1 to " + most + " (" + MAX_PARTS + " parts of sequences-per-part)");
    }
    if (firstSequence < 0 || firstSequence > Long.MAX_VALUE - most) {
      throw new ConfigException(
          "first-sequence",
          firstSequence,
          "must be at least 0, and at most " + (Long.MAX_VALUE - most));
    }
  }

  /** One past the number of the last sequence. */
  long end() {
    return firstSequence + sequences;
  }

  /** The corpus; cheap enough to make in every task. */
  GeneratedCorpus corpus() {
    CorpusShape shape = new CorpusShape(seed, contextLength, prependBos);
    DocumentText documents = text ? DocumentText.WRITE : DocumentText.OMIT;
    return switch (kind) {
      case LANGUAGE -> new LanguageCorpus(shape, documents, language);
      case INDUCTION -> new InductionCorpus(shape, documents, induction);
      case BIGRAM -> new BigramCorpus(shape, documents, bigram);
      case SKIP_TRIGRAM -> new SkipTrigramCorpus(shape, documents, skipTrigram);
    };
  }
}
