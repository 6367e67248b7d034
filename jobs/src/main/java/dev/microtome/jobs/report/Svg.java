package dev.microtome.jobs.report;

import java.io.IOException;
import java.io.StringReader;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.jetbrains.letsPlot.commons.encoding.UnsupportedRGBEncoder;
import org.jetbrains.letsPlot.core.util.PlotSvgExportCommon;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/** Draws charts into a page. */
final class Svg {
  private static final Pattern ID = Pattern.compile("\\bid=\"([^\"]+)\"");

  private Svg() {}

  /**
   * What a text of anybody's is in a picture. There {@code <a …>} would be a link and {@code \(} a
   * formula: both get characters that look alike.
   */
  static String label(String text) {
    return Tag.printable(text).replace('<', '‹').replace('\\', '∖').replace('\n', ' ');
  }

  /**
   * Draws a chart in a figure.
   *
   * @param caption what it shows
   * @param alternative the same in numbers, for those who do not see it
   */
  static void draw(Tag into, Chart chart, String id, String caption, String alternative)
      throws IOException {
    Tag figure = into.add("figure").with("id", id);
    String image =
        PlotSvgExportCommon.INSTANCE.buildSvgImageFromRawSpecs(
            chart.specification(),
            /* plotSize= */ null,
            new UnsupportedRGBEncoder(),
            /* useCssPixelatedImageRendering= */ false);
    Tag svg = figure.addCopy(parse(adapted(image, id)));
    svg.with("viewBox", "0 0 %s %s".formatted(Chart.WIDTH, chart.height()));
    svg.without("width").without("height");
    svg.with("role", "img").with("aria-label", alternative);
    figure.add("figcaption", caption);
  }

  /** The page's colours, and identifiers that follow from the picture alone. */
  private static String adapted(String image, String id) {
    Map<String, String> names = new LinkedHashMap<>();
    Matcher ids = ID.matcher(image);
    while (ids.find()) {
      names.putIfAbsent(ids.group(1), id + "-" + names.size());
    }
    String adapted =
        image
            .replace(Chart.INK, "currentColor")
            .replace("rgb(1,2,3)", "currentColor")
            .replace("rgb(4,5,6)", "var(--line)")
            // Of the legend's keys: by night they would be white squares.
            .replace("rgb(255,255,255)", "transparent");
    for (Map.Entry<String, String> name : names.entrySet()) {
      adapted =
          adapted.replaceAll(
              "(?<=\\bid=\"|#)" + Pattern.quote(name.getKey()) + "\\b",
              Matcher.quoteReplacement(name.getValue()));
    }
    return adapted;
  }

  private static Element parse(String image) throws IOException {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newDefaultNSInstance();
    try {
      factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
      return factory
          .newDocumentBuilder()
          .parse(new InputSource(new StringReader(image)))
          .getDocumentElement();
    } catch (ParserConfigurationException | SAXException e) {
      throw new IllegalStateException("A picture is no XML: " + e.getMessage(), e);
    }
  }
}
