package dev.microtome.text;

/**
 * One token of an encoded text.
 *
 * @param id its row in the embedding
 * @param text as the vocabulary spells it, such as {@code Ġworld}
 * @param start first character it covers, in Unicode code points; 0 with {@code end} 0 for a token
 *     that the template added
 * @param end one past the last character
 */
public record Token(int id, String text, int start, int end) {}
