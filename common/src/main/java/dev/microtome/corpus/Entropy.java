package dev.microtome.corpus;

/** Shannon entropies, in nats. */
final class Entropy {
  private Entropy() {}

  static double of(double... probabilities) {
    double entropy = 0;
    for (double p : probabilities) {
      entropy += shared(p, 1);
    }
    return entropy;
  }

  /** What {@code outcomes} equally likely outcomes of total probability {@code p} contribute. */
  static double shared(double p, int outcomes) {
    return p <= 0 ? 0 : -p * StrictMath.log(p / outcomes);
  }
}
