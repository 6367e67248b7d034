package dev.microtome.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Locale;
import java.util.regex.Pattern;

/** Takes credentials out of what is written down: a manifest is meant to be shared. */
public final class Secrets {
  private static final String HIDDEN = "***";

  // "tokens" and "max-token" are this field's bread; only a token that grants access is a secret.
  private static final Pattern SECRET_KEY =
      Pattern.compile(
          ".*((password|passwd|passphrase|secret|credential|webhook([-_]?(url|address))?"
              + "|(api|access|secret|private)[-_]?key)s?"
              + "|(auth|access|api|bearer|session|sas|hf)[-_]?token)");
  // A password may have an @ in it: the host begins behind the last one.
  private static final Pattern USER_INFO = Pattern.compile("(?<=://)[^/:@\\s]+:[^/\\s]+(?=@)");
  private static final Pattern QUERY =
      Pattern.compile(
          "(?i)([?&;][^=&;\\s]*(token|sig|signature|key|password|secret|credential)=)[^&;\\s]+");

  private Secrets() {}

  /** The text with the credentials of its addresses hidden. */
  public static String redacted(String text) {
    return QUERY.matcher(USER_INFO.matcher(text).replaceAll(HIDDEN)).replaceAll("$1" + HIDDEN);
  }

  /** The values with those of secret keys, and credentials of addresses, hidden. */
  public static JsonNode redacted(JsonNode node) {
    if (node instanceof ObjectNode object) {
      ObjectNode copy = JsonNodeFactory.instance.objectNode();
      object
          .properties()
          .forEach(
              entry ->
                  copy.set(
                      entry.getKey(),
                      isSecret(entry.getKey()) && !entry.getValue().isNull()
                          ? TextNode.valueOf(HIDDEN)
                          : redacted(entry.getValue())));
      return copy;
    } else if (node instanceof ArrayNode array) {
      ArrayNode copy = JsonNodeFactory.instance.arrayNode();
      array.forEach(element -> copy.add(redacted(element)));
      return copy;
    } else if (node.isTextual()) {
      return TextNode.valueOf(redacted(node.textValue()));
    }
    return node;
  }

  /** A stack trace with the credentials of its messages' addresses hidden. */
  public static String redactedTrace(Throwable e) {
    StringWriter trace = new StringWriter();
    e.printStackTrace(new PrintWriter(trace, /* autoFlush= */ true));
    return redacted(trace.toString().stripTrailing());
  }

  /** Whether the value of a key of this name must not be shown. */
  public static boolean isSecret(String key) {
    return SECRET_KEY.matcher(key.toLowerCase(Locale.ROOT)).matches();
  }
}
