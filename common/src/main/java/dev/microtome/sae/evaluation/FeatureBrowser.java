package dev.microtome.sae.evaluation;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * The pages of features: a folder that a web browser opens from a disk, without a server or a
 * network. {@code index.html}, {@code style.css} and {@code app.js} are the same for every run;
 * {@code data/index.js} has a line of each feature, {@code data/SAE-CHUNK.js} the rest of {@link
 * #CHUNK} features, read when one of them is looked at.
 *
 * <p>Data are calls with JSON in them, for a page opened from a disk may load scripts alone.
 * Everything beyond ASCII is escaped; the page shows all of it as text, never as markup.
 */
public final class FeatureBrowser {
  /** Features in a file. */
  public static final int CHUNK = 64;

  /** The files that are the same for every run. */
  public static final List<String> FILES = List.of("index.html", "style.css", "app.js");

  private static final JsonFactory JSON =
      JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  private static final MathContext DIGITS = new MathContext(6);

  private FeatureBrowser() {}

  /** A dictionary in the list. */
  public record Dictionary(String name, String hook, long tokens, List<BrowserLineRow> features) {
    public Dictionary {
      features = List.copyOf(features);
    }
  }

  /** Writes one of {@link #FILES}. */
  public static void copy(String file, OutputStream out) throws IOException {
    try (InputStream in = FeatureBrowser.class.getResourceAsStream("browser/" + file)) {
      in.transferTo(out);
    }
  }

  /** Name of a file of features, below the folder of the pages. */
  public static String chunkFile(int dictionary, int chunk) {
    return "data/%d-%d.js".formatted(dictionary, chunk);
  }

  /** Writes {@code data/index.js}. */
  public static void writeIndex(String title, List<Dictionary> dictionaries, OutputStream out)
      throws IOException {
    call("microtome.index(", out);
    try (JsonGenerator json = generator(out)) {
      json.writeStartObject();
      json.writeStringField("title", title);
      json.writeNumberField("chunk", CHUNK);
      json.writeArrayFieldStart("saes");
      for (Dictionary dictionary : dictionaries) {
        json.writeStartObject();
        json.writeStringField("name", dictionary.name);
        json.writeStringField("hook", dictionary.hook);
        json.writeNumberField("tokens", dictionary.tokens);
        json.writeNumberField("features", dictionary.features.size());
        column(json, "density", dictionary.features, BrowserLineRow::density);
        column(json, "max", dictionary.features, BrowserLineRow::maxActivation);
        column(json, "mean", dictionary.features, BrowserLineRow::meanActivation);
        column(json, "effect", dictionary.features, BrowserLineRow::ablationEffect);
        column(json, "labelCorrelation", dictionary.features, BrowserLineRow::topLabelCorrelation);
        column(json, "cosine", dictionary.features, BrowserLineRow::nearestCosine);
        column(json, "correlation", dictionary.features, BrowserLineRow::nearestCorrelation);
        json.writeArrayFieldStart("label");
        for (BrowserLineRow line : dictionary.features) {
          json.writeString(line.topLabel());
        }
        json.writeEndArray();
        json.writeArrayFieldStart("text");
        for (BrowserLineRow line : dictionary.features) {
          json.writeString(line.text());
        }
        json.writeEndArray();
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    call(");\n", out);
  }

  private static void column(
      JsonGenerator json,
      String name,
      List<BrowserLineRow> lines,
      ToDoubleFunction<BrowserLineRow> value)
      throws IOException {
    json.writeArrayFieldStart(name);
    for (BrowserLineRow line : lines) {
      number(json, value.applyAsDouble(line));
    }
    json.writeEndArray();
  }

  /** Writes a file of features, the first of which has an index that {@link #CHUNK} divides. */
  public static void writeChunk(int dictionary, List<FeatureDescription> features, OutputStream out)
      throws IOException {
    int chunk = features.get(0).row().feature() / CHUNK;
    call("microtome.chunk(%d,%d,".formatted(dictionary, chunk), out);
    try (JsonGenerator json = generator(out)) {
      json.writeStartArray();
      for (FeatureDescription feature : features) {
        write(json, feature);
      }
      json.writeEndArray();
    }
    call(");\n", out);
  }

  private static void write(JsonGenerator json, FeatureDescription feature) throws IOException {
    json.writeStartObject();
    numbers(json, "h", feature.row().histogram());
    json.writeArrayFieldStart("e");
    for (FeatureExampleRow example : feature.examples()) {
      json.writeStartObject();
      json.writeStringField("b", example.bin());
      // As text: JavaScript's numbers end at 2⁵³.
      json.writeStringField("s", Long.toString(example.sequenceId()));
      json.writeNumberField("p", example.position());
      json.writeNumberField("a", example.activation());
      json.writeNumberField("o", example.firstPosition());
      json.writeArrayFieldStart("t");
      for (String token : example.tokens()) {
        json.writeString(token);
      }
      json.writeEndArray();
      numbers(json, "v", example.activations());
      json.writeEndObject();
    }
    json.writeEndArray();
    logits(json, "u", feature.logits(), 1);
    logits(json, "d", feature.logits(), -1);
    json.writeArrayFieldStart("l");
    for (FeatureLabelRow label : feature.labels()) {
      json.writeStartArray();
      json.writeString(label.concept());
      json.writeString(label.value());
      number(json, label.correlation());
      number(json, label.specificity());
      number(json, label.sensitivity());
      number(json, label.f1());
      number(json, label.logLikelihoodRatio());
      json.writeEndArray();
    }
    json.writeEndArray();
    json.writeArrayFieldStart("n");
    for (FeatureNeighborRow neighbor : feature.neighbors()) {
      json.writeStartArray();
      json.writeString(neighbor.relation());
      json.writeString(neighbor.otherSae());
      json.writeNumber(neighbor.otherFeature());
      number(json, neighbor.value());
      json.writeEndArray();
    }
    json.writeEndArray();
    json.writeArrayFieldStart("r");
    for (FeatureTreeRow parent : feature.tree()) {
      json.writeStartArray();
      json.writeString(parent.parentSae());
      json.writeNumber(parent.parentFeature());
      number(json, parent.cosine());
      json.writeEndArray();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void logits(JsonGenerator json, String name, List<FeatureLogitRow> rows, int sign)
      throws IOException {
    json.writeArrayFieldStart(name);
    for (FeatureLogitRow row : rows) {
      if (row.sign() == sign) {
        json.writeStartArray();
        json.writeString(row.token());
        number(json, row.value());
        json.writeEndArray();
      }
    }
    json.writeEndArray();
  }

  private static void numbers(JsonGenerator json, String name, float[] values) throws IOException {
    json.writeArrayFieldStart(name);
    for (float value : values) {
      number(json, value);
    }
    json.writeEndArray();
  }

  /** Six significant digits, which is more than is shown; null where there is no number. */
  private static void number(JsonGenerator json, double value) throws IOException {
    if (value == 0) {
      json.writeNumber(0);
    } else if (Double.isFinite(value)) {
      json.writeNumber(Double.toString(new BigDecimal(value).round(DIGITS).doubleValue()));
    } else {
      json.writeNull();
    }
  }

  private static JsonGenerator generator(OutputStream out) throws IOException {
    return JSON.createGenerator(out).disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
  }

  private static void call(String text, OutputStream out) throws IOException {
    out.write(text.getBytes(StandardCharsets.US_ASCII));
  }
}
