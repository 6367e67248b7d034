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
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Takes credentials out of what is written down: a manifest is meant to be shared. */
public final class Secrets {
  private static final String HIDDEN = "***";

  // "tokens", "bos-token" and "max-token" are this field's bread; only a token that grants access
  // is a secret.
  private static final Pattern SECRET_KEY =
      Pattern.compile(
          ".*((password|passwd|passphrase|secret|credential|authorization"
              + "|webhook(-?(url|address))?"
              + "|(api|access|secret|private|account|signing|encryption|master|ssh|gpg)-?key)s?(-.*)?"
              + "|(auth|access|api|bearer|session|sas|hf|github|gitlab|slack|bot|app|user|refresh"
              + "|jwt|push|deploy|service|vault|npm|pypi)-?token)"
              + "|(.*-)?id-?token|token|pwd|pass|auth|bearer|cookie"
              + "|(.*-)?(smtp|mail|ftp|db|database|proxy|https?|ssh|admin|user|login|basic|oauth2?"
              + "|session)-?(pwd|pass|auth|bearer|cookie)");
  private static final Pattern SEPARATOR = Pattern.compile("[_.]");

  // Repetitions are bounded or keep what they took: texts may be of whoever wrote a file that is
  // read.

  // A password may have an @ in it: the host begins behind the last one.
  private static final Pattern USER_INFO =
      Pattern.compile(
          "(?<=://)[^/:@\\s]{0,200}+:\\S{1,500}(?=@)|(?<=http://|https://)[^/:@\\s]{1,200}+(?=@)");
  private static final Pattern QUERY =
      Pattern.compile(
          "(?i)([?&;][^?=&;\\s]{0,100}?(?:token|sig|signature|key|password|secret|credential)=)[^&;\\s]+");
  private static final Pattern HEADER =
      Pattern.compile(
          "(?i)\\b(authorization\"?\\s{0,9}[:=]\\s{0,9}\"?(?:(?:bearer|basic|token)\\s{1,9})?"
              + "|x-[\\w-]{0,60}?(?:key|token|secret|password):\\s{0,9})[^\\s\"]+");
  private static final Pattern COOKIE = Pattern.compile("(?i)\\b(cookie:\\s{0,9})[^\"'\\n]+");
  private static final Pattern USER =
      Pattern.compile(
          "(?<![\\w-])(-u|--user|--proxy-user)([ =]{1,9})(?:'[^':]{1,200}+:[^']{0,500}+'"
              + "|\"[^\":]{1,200}+:[^\"]{0,500}+\"|[^\\s:\"']{1,200}+:[^\\s\"']+)");
  private static final Pattern MEMBER =
      Pattern.compile(
          "(\"([\\w.-]{1,200}+)\"\\s{0,9}:\\s{0,9})\"[^\"\\\\]*+(?:\\\\.[^\"\\\\]*+){0,20}+\"");

  // What an address of a chat's hook is known by is its secret.
  private static final Pattern ADDRESS =
      Pattern.compile("(https?://([^/\\s\"']{1,200}+))(/[^\\s\"']*+)");
  private static final Pattern HOOK_PATH = Pattern.compile("/(?:web)?hooks?(?:[/?]|$)");
  private static final Pattern OPTION = Pattern.compile("(?<![\\w.-])([\\w.-]{1,200}+)=");
  private static final Pattern VALUE = Pattern.compile("\"[^\"]*+\"|'[^']*+'|\\S++");

  /** Of curl and its like: what follows is NAME:PASSWORD. */
  private static final Set<String> USER_OPTIONS = Set.of("-u", "--user", "--proxy-user");

  private static final Pattern TOKEN_ID = Pattern.compile("-?\\d{1,9}\\W{0,9}");

  /** A shorter value of a secret key would hide half of a manifest. */
  private static final int FEWEST_CHARACTERS = 8;

  private Secrets() {}

  /** The text with the credentials of its addresses, headers and options hidden. */
  public static String redacted(String text) {
    String shown = USER_INFO.matcher(text).replaceAll(HIDDEN);
    shown = ADDRESS.matcher(shown).replaceAll(Secrets::withoutHook);
    shown = QUERY.matcher(shown).replaceAll("$1" + HIDDEN);
    shown = COOKIE.matcher(shown).replaceAll("$1" + HIDDEN);
    shown = USER.matcher(shown).replaceAll("$1$2" + HIDDEN);
    shown =
        MEMBER
            .matcher(shown)
            .replaceAll(
                found ->
                    isSecret(found.group(2))
                        ? Matcher.quoteReplacement(found.group(1) + '"' + HIDDEN + '"')
                        : Matcher.quoteReplacement(found.group()));
    return withoutOptions(HEADER.matcher(shown).replaceAll("$1" + HIDDEN));
  }

  /** Messages of this field name tokens by number; what grants access is longer. */
  private static boolean isTokenId(String key, String value) {
    return key.equals("token") && TOKEN_ID.matcher(value).matches();
  }

  private static String withoutHook(MatchResult address) {
    boolean isHook =
        address.group(2).toLowerCase(Locale.ROOT).contains("hook")
            || HOOK_PATH.matcher(address.group(3).toLowerCase(Locale.ROOT)).find();
    return Matcher.quoteReplacement(isHook ? address.group(1) + "/" + HIDDEN : address.group());
  }

  /** Values of secret options; what another one is set to may set some in turn. */
  private static String withoutOptions(String text) {
    StringBuilder shown = new StringBuilder();
    Matcher option = OPTION.matcher(text);
    Matcher value = VALUE.matcher(text);
    int copied = 0;
    while (option.find()) {
      if (option.start() >= copied
          && isSecret(option.group(1))
          && value.region(option.end(), text.length()).lookingAt()
          && !isTokenId(option.group(1), value.group())) {
        shown.append(text, copied, option.end()).append(HIDDEN);
        copied = value.end();
      }
    }
    return shown.append(text, copied, text.length()).toString();
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
      boolean isUser = false;
      for (JsonNode element : array) {
        boolean hidden = isSecret || (isUser && element.asText().contains(":"));
        copy.add(hidden ? TextNode.valueOf(HIDDEN) : redacted(element, secrets));
        isSecret = isSecretOption(element);
        isUser = USER_OPTIONS.contains(element.asText());
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
    String words = SEPARATOR.matcher(key.toLowerCase(Locale.ROOT)).replaceAll("-");
    return SECRET_KEY.matcher(words).matches();
  }
}
