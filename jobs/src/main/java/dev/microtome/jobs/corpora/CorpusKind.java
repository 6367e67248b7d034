package dev.microtome.jobs.corpora;

/** Which corpus is generated. */
public enum CorpusKind {
  /** English-like documents with labels: {@link dev.microtome.corpus.LanguageCorpus}. */
  LANGUAGE,
  /** Repeated random segments: {@link dev.microtome.corpus.InductionCorpus}. */
  INDUCTION,
  /** A Markov chain: {@link dev.microtome.corpus.BigramCorpus}. */
  BIGRAM,
  /** Tokens decided by earlier ones: {@link dev.microtome.corpus.SkipTrigramCorpus}. */
  SKIP_TRIGRAM
}
