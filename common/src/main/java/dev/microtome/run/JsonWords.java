package dev.microtome.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.util.regex.Pattern;

/** What Jackson says of a text, in the words of who wrote the text. */
public final class JsonWords {
  private static final Pattern PLACE =
      Pattern.compile("\\[Source: [^;]*; line: ([0-9]+), column: ([0-9]+)\\]");

  private JsonWords() {}

  /** What is wrong, on one line, without the source and the settings that Jackson quotes. */
  public static String problem(JsonProcessingException e) {
    String first = e.getOriginalMessage().lines().findFirst().orElse("unreadable");
    return PLACE.matcher(first).replaceAll("line $1, column $2");
  }

  /** The kind of value that begins with a token; null is the end of the text. */
  public static String kind(JsonToken token) {
    if (token == null) {
      return "nothing";
    }
    return switch (token) {
      case START_OBJECT -> "an object";
      case START_ARRAY -> "an array";
      case VALUE_STRING -> "a string";
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
      case VALUE_NULL -> "null";
      case VALUE_TRUE, VALUE_FALSE -> "a boolean";
      case END_OBJECT -> "the end of an object";
      case END_ARRAY -> "the end of an array";
      case FIELD_NAME -> "a name";
      default -> token.name();
    };
  }
}
