/**
 * Which corpora can be computed, with the truth about them? Toy languages for the questions of
 * Elhage et al. (2021) and Olsson et al. (2022) (induction, bigrams, skip-trigrams), and a small
 * English-like language with people, facts, quotations, code and strings whose every token is
 * labelled.
 *
 * <p>A reader starts at {@link dev.microtome.corpus.GeneratedCorpus}, then one kind, such as {@link
 * dev.microtome.corpus.InductionCorpus}. The language is data: the resource {@code language.conf},
 * which {@code Language} reads.
 */
package dev.microtome.corpus;
