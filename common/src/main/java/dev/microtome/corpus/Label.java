package dev.microtome.corpus;

/** A concept and its value at a token, such as {@code gender} and {@code female}. */
record Label(String concept, String value) {
  /** Reads {@code concept=value}. */
  static Label parse(String text) {
    int equals = text.indexOf('=');
    if (equals < 1) {
      throw new IllegalArgumentException("a label is concept=value: " + text);
    }
    return new Label(text.substring(0, equals).strip(), text.substring(equals + 1).strip());
  }
}
