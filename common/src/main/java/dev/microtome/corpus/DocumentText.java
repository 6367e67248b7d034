package dev.microtome.corpus;

/** Whether a corpus is written as text too. */
public enum DocumentText {
  /** The table {@code documents} is written. */
  WRITE,
  /** Tokens and truth alone. */
  OMIT
}
