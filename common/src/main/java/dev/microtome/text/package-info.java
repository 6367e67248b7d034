/**
 * From text to sequences of token ids: tokenizers, documents in files, packing.
 *
 * <p>Ids are those of Hugging Face's tokenizers library, exactly; packing follows TransformerLens.
 * A reader starts at {@link dev.microtome.text.Tokenizer}, then {@link dev.microtome.text.TextPart}
 * (what is cut from which file), {@link dev.microtome.text.DocumentReader} (documents) and {@link
 * dev.microtome.text.SequencePacker} (rows).
 */
package dev.microtome.text;
