package dev.microtome.probing;

import dev.microtome.linalg.Matrix;

/** Σ −log p over rows, and its gradients by w [K, d] and b [K]. */
@SuppressWarnings("ArrayRecordComponent") // handed on, not compared
record LogisticSums(double loss, Matrix byWeights, double[] byIntercepts) {}
