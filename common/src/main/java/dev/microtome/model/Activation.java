package dev.microtome.model;

/** The non-linearity of an MLP. */
public enum Activation {
  /** x·Φ(x), exact. */
  GELU,
  /** The tanh approximation: Hugging Face's gelu_new, gelu_pytorch_tanh and gelu_fast. */
  GELU_TANH,
  RELU,
  /** x·σ(x), also called swish. */
  SILU,
  /** x·softmax(x), the softmax over the hidden layer (Elhage et al. 2022). */
  SOLU,
  /** {@link #SOLU}, then a layer norm over the hidden layer with its own weight and bias. */
  SOLU_LN
}
