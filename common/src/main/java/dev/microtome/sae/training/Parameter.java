package dev.microtome.sae.training;

/**
 * A parameter, under SAELens's name; thresholds under {@link dev.microtome.sae.JumpReluSae}'s.
 * Encoder and decoder are kept as a row a feature, W_skip as a row an output.
 */
enum Parameter {
  W_ENC("W_enc"),
  W_DEC("W_dec"),
  B_ENC("b_enc"),
  B_DEC("b_dec"),
  LOG_THRESHOLD("log_threshold"),
  B_GATE("b_gate"),
  R_MAG("r_mag"),
  B_MAG("b_mag"),
  W_SKIP("W_skip");

  private final String saeLensName;

  Parameter(String saeLensName) {
    this.saeLensName = saeLensName;
  }

  @Override
  public String toString() {
    return saeLensName;
  }
}
