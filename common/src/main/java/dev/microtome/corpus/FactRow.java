package dev.microtome.corpus;

import dev.microtome.table.Column;
import dev.microtome.table.TableSpec;

/** A row of the table {@code facts}: one way to ask for one fact. */
public record FactRow(
    @Column(doc = "who or what the fact is about") String subject,
    @Column(doc = "relation, such as located_in") String relation,
    @Column(doc = "what the relation gives; every document of the corpus agrees") String object,
    @Column(doc = "index of the prompt among those of the relation; 0 is the plain one")
        int paraphrase,
    @Column(doc = "text that the object follows, after a space") String prompt) {
  /** The knowledge base of the language. */
  public static final TableSpec<FactRow> TABLE =
      TableSpec.of("facts", FactRow.class, "One fact of the language, asked for in one way.");
}
