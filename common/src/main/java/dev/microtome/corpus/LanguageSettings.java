package dev.microtome.corpus;

import dev.microtome.config.Option;
import java.io.Serializable;

/** Keys of {@link LanguageCorpus}. */
public record LanguageSettings(
    @Option(
            doc =
                "true: documents, each ended by EOS, fill a sequence to the last place, and the last is cut off; false: a"
                    + " sequence is one document and its EOS, cut at context-length",
            orElse = "true")
        boolean pack)
    implements Serializable {}
