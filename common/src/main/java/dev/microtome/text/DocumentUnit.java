package dev.microtome.text;

/**
 * What one document of a plain text file is. A line ends with {@code \n}; {@code \r\n} is read as
 * {@code \n}, a lone {@code \r} is a character like any other. Blank lines hold nothing but spaces,
 * tabs and carriage returns.
 */
public enum DocumentUnit {
  /** The whole file. */
  FILE,
  /** Every line that is not blank, without its line end. */
  LINE,
  /** Lines between blank lines, without the last line end. */
  PARAGRAPH
}
