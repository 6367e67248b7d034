package dev.microtome.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.microtome.run.FileStore;
import dev.microtome.run.InputException;
import dev.microtome.run.JsonWords;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.List;

/** Documents in JSON: a string, or a field of an object. */
final class JsonDocuments {
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxStringLength(DocumentReader.MAX_DOCUMENT_BYTES)
                  .build())
          .build();

  private final FileStore files;
  private final String textField;

  JsonDocuments(FileStore files, String textField) {
    this.files = files;
    this.textField = textField;
  }

  /**
   * The text in one line of a JSON Lines file.
   *
   * @param start place of the line in the file
   */
  String text(String line, String file, long start) throws IOException {
    return object(line, file, start, this::field);
  }

  /**
   * Values of fields in one line of a JSON Lines file: texts, numbers and truths as text, null as
   * an empty one.
   *
   * @param start place of the line in the file
   */
  List<String> values(String line, String file, long start, List<String> wanted)
      throws IOException {
    return object(line, file, start, parser -> values(parser, wanted));
  }

  /** Reads what follows the start of an object up to its end. */
  @FunctionalInterface
  private interface Content<T> {
    T read(JsonParser parser) throws IOException, BadRecord;
  }

  private <T> T object(String line, String file, long start, Content<T> content)
      throws IOException {
    try (JsonParser parser = JSON.createParser(line)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new BadRecord(
            "found " + JsonWords.kind(parser.currentToken()) + ", expected an object");
      }
      T read = content.read(parser);
      if (parser.nextToken() != null) {
        throw new BadRecord("text after the object's end");
      }
      return read;
    } catch (JsonProcessingException e) {
      throw new InputException(where(file, start) + ": not JSON: " + JsonWords.problem(e), e);
    } catch (BadRecord e) {
      throw new InputException(where(file, start) + ": " + e.getMessage(), e);
    }
  }

  /** Reads a file that is one array of strings or objects. */
  void readArray(TextSlice slice, DocumentSink sink) throws IOException {
    long index = 0;
    try (InputStream in = new BufferedInputStream(files.open(slice.path()));
        Reader reader = new InputStreamReader(withoutByteOrderMark(in), Utf8.strict());
        JsonParser parser = JSON.createParser(reader)) {
      if (parser.nextToken() != JsonToken.START_ARRAY) {
        throw new InputException(
            slice.path()
                + ": found "
                + JsonWords.kind(parser.currentToken())
                + ", expected one array; a file with an object a line is called .jsonl");
      }
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        if (parser.currentToken() == null) {
          throw new InputException(slice.path() + ": the array does not end");
        }
        sink.accept(new Document(slice.name() + "#" + index, element(parser)));
        index++;
      }
      if (parser.nextToken() != null) {
        throw new InputException(slice.path() + ": text after the array's end");
      }
    } catch (CharacterCodingException e) {
      try (InputStream in = files.open(slice.path())) {
        throw Utf8.firstError(in, slice.path());
      }
    } catch (JsonProcessingException e) {
      int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
      throw new InputException(
          slice.path() + " line " + line + ": not JSON: " + JsonWords.problem(e), e);
    } catch (BadRecord e) {
      throw new InputException(slice.path() + " element " + index + ": " + e.getMessage(), e);
    }
  }

  private String element(JsonParser parser) throws IOException, BadRecord {
    if (parser.currentToken() == JsonToken.VALUE_STRING) {
      return checked(parser.getText());
    }
    if (parser.currentToken() == JsonToken.START_OBJECT) {
      return field(parser);
    }
    throw new BadRecord(
        "found " + JsonWords.kind(parser.currentToken()) + ", expected a string or an object");
  }

  /**
   * The text field of the object that the parser has entered; leaves the parser at the object's
   * end.
   */
  private String field(JsonParser parser) throws IOException, BadRecord {
    String text = null;
    List<String> names = new ArrayList<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      JsonToken value = parser.nextToken();
      if (!name.equals(textField)) {
        names.add(name);
        parser.skipChildren();
      } else if (value == JsonToken.VALUE_STRING) {
        text = checked(parser.getText());
      } else {
        throw new BadRecord(
            "field '" + name + "' is " + JsonWords.kind(value) + ", expected a string");
      }
    }
    if (text == null) {
      throw missing(textField, names);
    }
    return text;
  }

  private static BadRecord missing(String field, List<String> names) {
    return new BadRecord(
        "no field '"
            + field
            + "' ("
            + (names.isEmpty() ? "none at all" : "fields: " + String.join(", ", names))
            + ")");
  }

  private static List<String> values(JsonParser parser, List<String> wanted)
      throws IOException, BadRecord {
    String[] found = new String[wanted.size()];
    List<String> names = new ArrayList<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      names.add(name);
      JsonToken value = parser.nextToken();
      int place = wanted.indexOf(name);
      if (place < 0) {
        parser.skipChildren();
      } else if (value == JsonToken.VALUE_NULL) {
        found[place] = "";
      } else if (value.isScalarValue()) {
        found[place] = checked(parser.getText());
      } else {
        throw new BadRecord(
            "field '" + name + "' is " + JsonWords.kind(value) + ", expected one value");
      }
    }
    for (int i = 0; i < found.length; i++) {
      if (found[i] == null) {
        throw missing(wanted.get(i), names);
      }
    }
    return List.of(found);
  }

  private static String checked(String text) throws BadRecord {
    int at = Utf8.loneSurrogate(text);
    if (at >= 0) {
      throw new BadRecord(
          String.format(
              "\\u%04x at character %d is half of a surrogate pair", (int) text.charAt(at), at));
    }
    return text;
  }

  /** File and line, counted only now that it is needed. */
  private String where(String file, long start) throws IOException {
    long line = 1;
    try (InputStream in = files.open(file)) {
      byte[] chunk = new byte[1 << 16];
      long left = start;
      while (left > 0) {
        int read = in.read(chunk, 0, (int) Math.min(left, chunk.length));
        if (read < 0) {
          break;
        }
        for (int i = 0; i < read; i++) {
          line += chunk[i] == '\n' ? 1 : 0;
        }
        left -= read;
      }
    }
    return file + " line " + line;
  }

  private static InputStream withoutByteOrderMark(InputStream in) throws IOException {
    in.mark(3);
    byte[] first = in.readNBytes(3);
    if (first.length < 3
        || first[0] != (byte) 0xEF
        || first[1] != (byte) 0xBB
        || first[2] != (byte) 0xBF) {
      in.reset();
    }
    return in;
  }

  /** What is wrong with a record; the caller adds where it is. */
  private static final class BadRecord extends Exception {
    BadRecord(String message) {
      super(message);
    }
  }
}
