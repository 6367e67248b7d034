package dev.microtome.model.load;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.microtome.run.InputException;
import dev.microtome.run.JsonWords;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The checked header of a safetensors file. Nothing it says is believed before it agrees with the
 * file's size: tensors must tile the data from its first byte to its last, and each must be as long
 * as its type and shape say.
 */
record SafetensorsHeader(Map<String, Tensor> tensors, Map<String, String> metadata) {
  /** The limit of the reference implementation. */
  static final long MAX_LENGTH = 100_000_000;

  /**
   * Bounds that keep what is built from a header near the header's own size; no model comes near
   * them.
   */
  private static final int MAX_TENSORS = 1 << 18;

  private static final int MAX_RANK = 64;

  private static final String METADATA = "__metadata__";

  SafetensorsHeader {
    tensors = Collections.unmodifiableMap(tensors);
    metadata = Collections.unmodifiableMap(metadata);
  }

  /**
   * Parses the JSON of a header.
   *
   * @param file named in errors
   * @param json the header's bytes, without its length
   * @param dataBytes bytes of the file after the header
   */
  static SafetensorsHeader parse(Path file, byte[] json, long dataBytes) {
    try (JsonParser parser = Json.FACTORY.createParser(Json.utf8(json))) {
      return new Parse(file, parser, dataBytes).header();
    } catch (JsonProcessingException e) {
      throw new InputException(
          "%s: the safetensors header is not valid JSON: %s".formatted(file, Json.reason(e)), e);
    } catch (IOException e) {
      throw new InputException(
          "%s: the safetensors header is not valid UTF-8 JSON: %s".formatted(file, e.getMessage()),
          e);
    }
  }

  private static final class Parse {
    private final Path file;
    private final JsonParser parser;
    private final long dataBytes;
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();

    Parse(Path file, JsonParser parser, long dataBytes) {
      this.file = file;
      this.parser = parser;
      this.dataBytes = dataBytes;
    }

    SafetensorsHeader header() throws IOException {
      expect(parser.nextToken(), JsonToken.START_OBJECT, "the header");
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        if (name.equals(METADATA)) {
          metadata();
        } else {
          if (tensors.size() == MAX_TENSORS) {
            throw refused("the header names more than %d tensors".formatted(MAX_TENSORS));
          }
          tensors.put(name, tensor(name));
        }
      }
      if (parser.nextToken() != null) {
        throw refused("the header goes on after its closing brace");
      }
      checkTiling();
      return new SafetensorsHeader(tensors, metadata);
    }

    private void metadata() throws IOException {
      expect(parser.nextToken(), JsonToken.START_OBJECT, METADATA);
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String key = parser.currentName();
        expect(parser.nextToken(), JsonToken.VALUE_STRING, METADATA + "." + Json.shorten(key));
        metadata.put(key, parser.getText());
      }
    }

    private Tensor tensor(String name) throws IOException {
      String where = "tensor '" + Json.shorten(name) + "'";
      expect(parser.nextToken(), JsonToken.START_OBJECT, where);
      Dtype dtype = null;
      List<Long> shape = null;
      List<Long> offsets = null;
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String key = parser.currentName();
        switch (key) {
          case "dtype" -> dtype = dtype(where);
          case "shape" -> shape = sizes(where + ".shape");
          case "data_offsets" -> offsets = sizes(where + ".data_offsets");
          default ->
              throw refused("%s has the unknown key '%s'".formatted(where, Json.shorten(key)));
        }
      }
      if (dtype == null || shape == null || offsets == null) {
        throw refused("%s needs dtype, shape and data_offsets".formatted(where));
      }
      return located(where, name, dtype, shape, offsets);
    }

    private Tensor located(
        String where, String name, Dtype dtype, List<Long> shape, List<Long> offsets) {
      if (offsets.size() != 2 || offsets.get(0) > offsets.get(1)) {
        throw refused("%s: data_offsets %s is not [begin, end]".formatted(where, offsets));
      }
      if (offsets.get(1) > dataBytes) {
        throw refused(
            "%s ends at byte %d of the data, the file holds %d"
                .formatted(where, offsets.get(1), dataBytes));
      }
      long elements = 1;
      long bytes;
      try {
        for (long size : shape) {
          elements = Math.multiplyExact(elements, size);
        }
        bytes = Math.multiplyExact(elements, (long) dtype.bytes());
      } catch (ArithmeticException e) {
        throw new InputException("%s: %s: shape %s overflows".formatted(file, where, shape), e);
      }
      if (bytes != offsets.get(1) - offsets.get(0)) {
        throw refused(
            "%s: %s of shape %s takes %d bytes, data_offsets %s give %d"
                .formatted(where, dtype, shape, bytes, offsets, offsets.get(1) - offsets.get(0)));
      }
      return new Tensor(name, dtype, shape, offsets.get(0), elements);
    }

    private Dtype dtype(String where) throws IOException {
      expect(parser.nextToken(), JsonToken.VALUE_STRING, where + ".dtype");
      String name = parser.getText();
      return Dtype.named(name)
          .orElseThrow(
              () -> refused("%s has the unknown dtype '%s'".formatted(where, Json.shorten(name))));
    }

    private List<Long> sizes(String where) throws IOException {
      expect(parser.nextToken(), JsonToken.START_ARRAY, where);
      List<Long> sizes = new ArrayList<>(4);
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        expect(parser.currentToken(), JsonToken.VALUE_NUMBER_INT, where);
        long size = parser.getLongValue();
        if (size < 0) {
          throw refused("%s holds the negative number %d".formatted(where, size));
        }
        if (sizes.size() == MAX_RANK) {
          throw refused("%s holds more than %d numbers".formatted(where, MAX_RANK));
        }
        sizes.add(size);
      }
      return sizes;
    }

    private void checkTiling() {
      List<Tensor> inOrder = new ArrayList<>(tensors.values());
      inOrder.sort(Comparator.comparingLong(Tensor::position).thenComparingLong(Tensor::byteSize));
      long end = 0;
      for (Tensor tensor : inOrder) {
        if (tensor.position() != end) {
          throw refused(
              "tensor '%s' begins at byte %d of the data, the one before it ends at %d: %s"
                  .formatted(
                      tensor.name(),
                      tensor.position(),
                      end,
                      tensor.position() > end ? "a hole" : "they overlap"));
        }
        end += tensor.byteSize();
      }
      if (end != dataBytes) {
        throw refused("the tensors cover %d bytes, the file holds %d".formatted(end, dataBytes));
      }
    }

    private void expect(JsonToken found, JsonToken wanted, String where) throws IOException {
      if (found != wanted) {
        throw refused(
            "%s: expected %s, found %s"
                .formatted(
                    where,
                    wanted == JsonToken.VALUE_NUMBER_INT
                        ? "a whole number"
                        : JsonWords.kind(wanted),
                    found == JsonToken.VALUE_NUMBER_FLOAT
                        ? parser.getText()
                        : JsonWords.kind(found)));
      }
    }

    private InputException refused(String message) {
      return new InputException("%s: %s".formatted(file, message));
    }
  }
}
