package dev.microtome.probing;

import dev.microtome.linalg.Matrix;

/** Weights w [K, d] and intercepts b [K] of rows minus their centre. */
@SuppressWarnings("ArrayRecordComponent") // handed on, not compared
record LogisticWeights(Matrix w, double[] b) {}
