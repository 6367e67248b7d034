package dev.microtome.sae.training;

/**
 * A parameter, under SAELens's name; thresholds under {@link dev.microtome.sae.JumpReluSae}'s.
 * Encoder and decoder are kept as a row a feature.
 */
enum Parameter {
  W_ENC("W_enc"),
  W_DEC("W_dec"),
  B_ENC("b_enc"),
  B_DEC("b_dec"),
  LOG_THRESHOLD("log_threshold");

  private final String saeLensName;

  Parameter(String saeLensName) {
    this.saeLensName = saeLensName;
  }

  @Override
  public String toString() {
    return saeLensName;
  }
}
