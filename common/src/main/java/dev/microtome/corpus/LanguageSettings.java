package dev.microtome.corpus;

import dev.microtome.config.ConfigException;
import dev.microtome.config.Option;
import java.io.Serializable;
import java.util.HashSet;
import java.util.List;

/** Keys of {@link LanguageCorpus}. */
public record LanguageSettings(
    @Option(
            doc =
                "true: documents, each ended by EOS, fill a sequence to the last place, and the last is cut off; false: a"
                    + " sequence is one document and its EOS, cut at context-length",
            orElse = "true")
        boolean pack,
    @Option(
            doc =
                "kinds of documents to draw, such as biography, as often as their shares say; []: all but profile, a biography"
                    + " that does not name the profession",
            orElse = "[]")
        List<String> documents,
    @Option(
            doc =
                "share of women in each profession: written (the language's own) or drawn (from 0.05 to 0.95, by the seed); the"
                    + " table probabilities has it",
            orElse = "written")
        FemaleShares femaleShares)
    implements Serializable {
  /** How many of those who have a profession are women. */
  public enum FemaleShares {
    /** As the language has it. */
    WRITTEN,

    /** As the seed has it. */
    DRAWN
  }

  /** Checks that each kind exists, once. */
  public LanguageSettings {
    documents = List.copyOf(documents);
    List<String> known = Language.kinds();
    for (String kind : documents) {
      if (!known.contains(kind)) {
        throw new ConfigException("documents", kind, "must be one of " + known);
      }
    }
    if (new HashSet<>(documents).size() < documents.size()) {
      throw new ConfigException("documents", documents, "names a kind twice");
    }
  }
}
