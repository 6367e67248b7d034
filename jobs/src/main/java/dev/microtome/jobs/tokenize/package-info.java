/**
 * The job {@code tokenize}: text files to sequences of token ids.
 *
 * <p>What a document, a token and a sequence are is in {@link dev.microtome.text}. A reader starts
 * at {@code Tokenize}, which plans, then {@code TokenizePart}, which does the work of one part.
 */
package dev.microtome.jobs.tokenize;
