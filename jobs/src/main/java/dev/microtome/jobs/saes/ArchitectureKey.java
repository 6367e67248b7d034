package dev.microtome.jobs.saes;

import java.util.Locale;

/** The architectures by the names that configurations have for them. */
enum ArchitectureKey {
  RELU_2023,
  RELU,
  GATED,
  TOPK,
  BATCHTOPK,
  JUMPRELU,
  MATRYOSHKA;

  /** Whether it has a number of features k. */
  boolean hasK() {
    return this == TOPK || this == BATCHTOPK || this == MATRYOSHKA;
  }

  /** Whether its penalty is an L1 norm. */
  boolean hasL1() {
    return this == RELU_2023 || this == RELU || this == GATED;
  }

  /** Whether its penalty is the number of features. */
  boolean hasL0() {
    return this == JUMPRELU;
  }

  /** As a configuration writes it. */
  String key() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
