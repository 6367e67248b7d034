package dev.microtome.corpus;

import java.util.List;
import java.util.Map;

/**
 * What a slot of a template stands for.
 *
 * @param name two roles of one document never have entities of one name
 * @param gender of a person, else empty
 * @param profession of a person, else empty
 * @param forms phrases by form; one of several is drawn where a slot asks for the form. The plain
 *     slot asks for the empty one.
 */
record Entity(String name, String gender, String profession, Map<String, List<Phrase>> forms) {
  static final String PLAIN = "";

  /** A thing with one form. */
  static Entity of(String name, Phrase phrase) {
    return new Entity(name, "", "", Map.of(PLAIN, List.of(phrase)));
  }

  Phrase form(String form, Draws draws) {
    List<Phrase> phrases = forms.get(form);
    if (phrases == null) {
      throw new IllegalArgumentException(
          name + " has no form '" + form + "', its forms are " + forms.keySet());
    }
    return phrases.size() == 1 ? phrases.get(0) : draws.pick(phrases);
  }
}
