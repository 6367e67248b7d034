package dev.microtome.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
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

  private static final Pattern AUTHORIZATION =
      Pattern.compile("(?i)\\b((?:proxy-)?authorization:\\s*(?:\\w+\\s+)?)\\S+");
  private static final Pattern ASSIGNMENT = Pattern.compile("(?<![\\w.-])(-*)([\\w.-]+)=(\\S+)");

  /** A shorter value of a secret key would hide half of a manifest. */
  private static final int FEWEST_CHARACTERS = 8;

  private Secrets() {}

  /** The text with the credentials of its addresses, headers and options hidden. */
  public static String redacted(String text) {
    String shown =
        QUERY.matcher(USER_INFO.matcher(text).replaceAll(HIDDEN)).replaceAll("$1" + HIDDEN);
    return ASSIGNMENT
        .matcher(AUTHORIZATION.matcher(shown).replaceAll("$1" + Matcher.quoteReplacement(HIDDEN)))
        .replaceAll(
            option ->
                Matcher.quoteReplacement(
                    isSecret(option.group(2))
                        ? option.group(1) + option.group(2) + "=" + HIDDEN
                        : option.group()));
  }

  /**
   * The values with those of secret keys hidden, wherever else they stand (another key may refer to
   * them), the argument that follows a secret option of a command, and credentials within texts.
   */
  public static JsonNode redacted(JsonNode node) {
    Set<String> secrets =
        new TreeSet<>(
            Comparator.comparing(String::length)
                .reversed()
                .thenComparing(Comparator.naturalOrder()));
    collect(node, secrets);
    return redacted(node, secrets);
  }

  private static void collect(JsonNode node, Set<String> secrets) {
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      JsonNode value = entry.getValue();
      if (isSecret(entry.getKey()) && value.asText().length() >= FEWEST_CHARACTERS) {
        secrets.add(value.asText());
      }
    }
    node.forEach(child -> collect(child, secrets));
  }

  private static String redacted(String text, Set<String> secrets) {
    String shown = text;
    for (String secret : secrets) {
      shown = shown.replace(secret, HIDDEN);
    }
    return redacted(shown);
  }

  private static JsonNode redacted(JsonNode node, Set<String> secrets) {
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
                          : redacted(entry.getValue(), secrets)));
      return copy;
    } else if (node instanceof ArrayNode array) {
      ArrayNode copy = JsonNodeFactory.instance.arrayNode();
      boolean isSecret = false;
      for (JsonNode element : array) {
        copy.add(isSecret ? TextNode.valueOf(HIDDEN) : redacted(element, secrets));
        isSecret = isSecretOption(element);
      }
      return copy;
    } else if (node.isTextual()) {
      return TextNode.valueOf(redacted(node.textValue(), secrets));
    }
    return node;
  }

  private static boolean isSecretOption(JsonNode argument) {
    return argument.isTextual()
        && argument.textValue().startsWith("--")
        && isSecret(argument.textValue());
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
