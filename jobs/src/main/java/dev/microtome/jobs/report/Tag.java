package dev.microtome.jobs.report;

import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/**
 * An element of a page. Names of models, tokens and labels are anybody's text: they come in as text
 * nodes and attributes alone, which the serializer escapes, and never as markup.
 */
final class Tag {
  private static final char REPLACEMENT = '\uFFFD';

  private final Element element;

  Tag(Element element) {
    this.element = element;
  }

  /** A new element in this one. */
  Tag add(String name) {
    Element child = document().createElement(name);
    element.appendChild(child);
    return new Tag(child);
  }

  /** A new element with a text. */
  Tag add(String name, String text) {
    return add(name).text(text);
  }

  Tag with(String attribute, String value) {
    element.setAttribute(attribute, printable(value));
    return this;
  }

  Tag without(String attribute) {
    element.removeAttribute(attribute);
    return this;
  }

  Tag text(String text) {
    element.appendChild(document().createTextNode(printable(text)));
    return this;
  }

  /** A copy of a tree of another document. */
  Tag addCopy(Node node) {
    Node copy = document().importNode(node, /* deep= */ true);
    element.appendChild(copy);
    return new Tag((Element) copy);
  }

  private Document document() {
    return element.getOwnerDocument();
  }

  /** No document has control characters or halves of characters; tokens may. */
  static String printable(String text) {
    StringBuilder clean = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            point -> {
              boolean control = Character.isISOControl(point) && point != '\n' && point != '\t';
              boolean half = point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE;
              boolean none = (point & 0xFFFE) == 0xFFFE;
              clean.appendCodePoint(control || half || none ? REPLACEMENT : point);
            });
    return clean.toString();
  }
}
