package dev.microtome.model.load;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.microtome.run.InputException;
import dev.microtome.run.JsonWords;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** JSON of untrusted files: strict, UTF-8, no duplicate keys, bounded nesting and numbers. */
public final class Json {
  static final JsonFactory FACTORY =
      new JsonFactoryBuilder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          // Tensor names come from the file: neither keep them for ever nor let them flood a shared
          // table.
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(64)
                  .maxNumberLength(64)
                  .maxNameLength(4096)
                  .build())
          .build();

  private static final ObjectMapper MAPPER =
      new ObjectMapper(FACTORY).enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private static final int LONGEST_QUOTE = 100;
  private static final Pattern CONTROL = Pattern.compile("[\\p{Cntrl}\\u0085\\u2028\\u2029]");

  private Json() {}

  /** Reads a file that holds one JSON object. A file beyond {@code maxBytes} is refused unread. */
  public static ObjectNode object(Path file, long maxBytes) {
    try {
      long size = Files.size(file);
      if (size > maxBytes) {
        throw new InputException(
            "%s has %d bytes, at most %d are read".formatted(file, size, maxBytes));
      }
      JsonNode node = MAPPER.readTree(utf8(Files.readAllBytes(file)));
      if (node instanceof ObjectNode object) {
        return object;
      }
      throw new InputException("%s does not hold a JSON object".formatted(file));
    } catch (JsonProcessingException e) {
      throw new InputException("%s is not valid JSON: %s".formatted(file, reason(e)), e);
    } catch (CharacterCodingException e) {
      throw new InputException("%s is not valid UTF-8".formatted(file), e);
    } catch (IOException e) {
      throw new InputException("%s cannot be read: %s".formatted(file, e), e);
    }
  }

  /** The text of an object, a key a line, with the same line ends everywhere. */
  public static String indented(ObjectNode object) {
    DefaultPrettyPrinter printer =
        new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n"));
    try {
      return MAPPER.writer(printer).writeValueAsString(object) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("An object cannot be written as JSON", e);
    }
  }

  /**
   * The text of untrusted bytes; reading it fails where they are not UTF-8, and never guesses
   * another encoding.
   */
  static Reader utf8(byte[] bytes) {
    return new InputStreamReader(
        new ByteArrayInputStream(bytes), StandardCharsets.UTF_8.newDecoder());
  }

  /** What Jackson found, on one line, without the source it quotes. */
  static String reason(JsonProcessingException e) {
    String line =
        e.getLocation() == null
            ? ""
            : " (line %d, column %d)"
                .formatted(e.getLocation().getLineNr(), e.getLocation().getColumnNr());
    return CONTROL.matcher(JsonWords.problem(e)).replaceAll(" ") + line;
  }

  /** A text of an untrusted file as an error quotes it: short, and on one line. */
  public static String shorten(String text) {
    String line =
        CONTROL
            .matcher(text.length() <= LONGEST_QUOTE ? text : text.substring(0, LONGEST_QUOTE))
            .replaceAll("?");
    return text.length() <= LONGEST_QUOTE ? line : line + "…";
  }
}
