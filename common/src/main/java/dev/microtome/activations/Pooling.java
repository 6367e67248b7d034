package dev.microtome.activations;

/** How the activations of a sequence become one vector. */
public enum Pooling {
  /** That of the first token: [CLS] of BERT. */
  FIRST,

  /** The mean over all tokens, special ones included. */
  MEAN,

  /** That of the last token, which alone has seen all others in a causal model. */
  LAST
}
