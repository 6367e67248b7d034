package dev.microtome.probing;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Classifiers that are fitted to a concept. */
public enum ProbeKind {
  /** Multinomial logistic regression, its ridge chosen by cross-validation. */
  @JsonProperty("logistic")
  LOGISTIC("logistic"),

  /** The nearest class mean in the metric of the covariance within classes. */
  @JsonProperty("mass-mean")
  MASS_MEAN("mass-mean"),

  /** The nearest class mean. */
  @JsonProperty("difference-of-means")
  DIFFERENCE_OF_MEANS("difference-of-means"),

  /** A network of one hidden layer. */
  @JsonProperty("mlp")
  MLP("mlp");

  private final String label;

  ProbeKind(String label) {
    this.label = label;
  }

  /** As configurations and tables have it. */
  @Override
  public String toString() {
    return label;
  }
}
