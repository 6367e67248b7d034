package dev.microtome.corpus;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Tokens without meaning: {@code <s>}, {@code t1}, {@code t2} and so on. */
final class ToyVocabulary {
  private final List<String> tokens;
  private final String tokenizerJson;

  ToyVocabulary(int size) {
    List<String> list = new ArrayList<>(List.of("<s>"));
    for (int id = 1; id < size; id++) {
      list.add("t" + id);
    }
    tokens = List.copyOf(list);
    tokenizerJson = TokenizerFile.words(tokens);
  }

  List<String> tokens() {
    return tokens;
  }

  String tokenizerJson() {
    return tokenizerJson;
  }

  /** Writes a sequence, which is one document. */
  void write(String kind, long id, int[] sequence, CorpusShape shape, SequenceSink sink)
      throws IOException {
    String document = kind + "/" + id;
    if (sink.wantsText()) {
      int start = shape.start();
      StringBuilder text = new StringBuilder();
      for (int position = start; position < sequence.length; position++) {
        text.append(position == start ? "" : " ").append(tokens.get(sequence[position]));
      }
      sink.document(
          new DocumentRow(
              id, document, start, sequence.length - start, kind, "", "", text.toString()));
    }
    sink.sequence(id, document, sequence);
  }
}
