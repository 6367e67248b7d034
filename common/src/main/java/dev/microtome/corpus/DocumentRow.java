package dev.microtome.corpus;

import dev.microtome.table.Column;
import dev.microtome.table.TableSpec;

/** One document as text: a row of the table of documents. */
public record DocumentRow(
    @Column(doc = "sequence the document is in, as in tokens") long sequenceId,
    @Column(doc = "name: the kind of corpus, the sequence, # and the document's index there")
        String document,
    @Column(doc = "place of its first token in the sequence") int position,
    @Column(doc = "tokens of it that the sequence holds, BOS and EOS not counted", unit = "tokens")
        int length,
    @Column(doc = "kind of document, such as biography; in a toy corpus the kind of corpus")
        String kind,
    @Column(doc = "gender of the person it is about: female, male; empty where it is about none")
        String gender,
    @Column(doc = "profession of the person it is about; empty where it is about none")
        String profession,
    @Column(doc = "the text of its tokens; encoded by the corpus's tokenizer it gives them again")
        String text) {
  /** Documents in the order of the sequences. */
  public static final TableSpec<DocumentRow> TABLE =
      TableSpec.of(
          "documents", DocumentRow.class, "One document, or what its sequence holds of it.");
}
