package dev.microtome.jobs.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.Transformer;
import javax.xml.transform.TransformerException;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** An HTML page in one file: its style is in it, and it loads nothing. */
final class Page {
  private final Document document;
  private final Tag main;

  /**
   * An empty page.
   *
   * @param title of the window and of the page
   */
  Page(String title) {
    try {
      // The JDK's own: a cluster's class path has others.
      document = DocumentBuilderFactory.newDefaultInstance().newDocumentBuilder().newDocument();
    } catch (ParserConfigurationException e) {
      throw new IllegalStateException(e);
    }
    Element root = document.createElement("html");
    document.appendChild(root);
    Tag html = new Tag(root).with("lang", "en");
    Tag head = html.add("head");
    // The serializer adds the character set, as the first child.
    head.add("meta")
        .with("name", "viewport")
        .with("content", "width=device-width, initial-scale=1");
    head.add("meta").with("name", "color-scheme").with("content", "light dark");
    head.add("title", title);
    head.add("style", style());
    main = html.add("body").add("main");
    main.add("h1", title);
  }

  private static String style() {
    try (InputStream in = Page.class.getResourceAsStream("page.css")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Where sections go. */
  Tag main() {
    return main;
  }

  void write(OutputStream out) throws IOException {
    try {
      Transformer transformer = TransformerFactory.newDefaultInstance().newTransformer();
      transformer.setOutputProperty(OutputKeys.METHOD, "html");
      transformer.setOutputProperty(OutputKeys.ENCODING, "UTF-8");
      transformer.setOutputProperty(OutputKeys.DOCTYPE_SYSTEM, "about:legacy-compat");
      transformer.setOutputProperty(OutputKeys.INDENT, "no");
      transformer.transform(new DOMSource(document), new StreamResult(out));
    } catch (TransformerException e) {
      throw new IOException(e);
    }
  }
}
