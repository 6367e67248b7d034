/**
 * Linear algebra in float64 on the JVM's own arrays: what a method needs once its activations have
 * been summed up, or of a model's weights alone.
 *
 * <p>Start with {@link dev.microtome.linalg.Matrix}; a matrix of low rank is a {@link
 * dev.microtome.linalg.FactoredMatrix}.
 */
package dev.microtome.linalg;
