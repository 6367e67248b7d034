package dev.microtome.text;

import java.io.IOException;

/** Takes documents in the order of the text. */
@FunctionalInterface
public interface DocumentSink {
  void accept(Document document) throws IOException;
}
