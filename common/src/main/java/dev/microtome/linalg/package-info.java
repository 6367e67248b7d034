/**
 * Linear algebra in float64 on the JVM's own arrays: what a method needs once its activations have
 * been summed up, or of a model's weights alone.
 *
 * <p>Start with {@link dev.microtome.linalg.Matrix}; a matrix of low rank is a {@link
 * dev.microtome.linalg.FactoredMatrix}. Decompositions come from LAPACK by way of OpenBLAS, one
 * thread a call, so that the bits do not hang on the number of cores; another kind of processor may
 * round otherwise.
 */
package dev.microtome.linalg;
