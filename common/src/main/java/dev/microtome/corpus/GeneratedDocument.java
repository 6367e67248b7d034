package dev.microtome.corpus;

/**
 * A document of the language.
 *
 * @param gender of the person it is about, else empty
 * @param profession of the person it is about, else empty
 */
record GeneratedDocument(String kind, String gender, String profession, LabelledTokens tokens) {}
