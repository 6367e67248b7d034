package dev.microtome.text;

/**
 * A text with the name that a table knows it by.
 *
 * @param name the file, followed by {@code #} and its place there unless the file is one document
 */
public record Document(String name, String text) {}
