package dev.microtome.jobs.probes;

import dev.microtome.probing.ProbeSettings;
import java.io.Serializable;
import java.util.List;

/**
 * Which erasers are compared, and how those that are made of probes are fitted.
 *
 * @param rlaceRank dimensions that RLACE removes; 0: as many as LEACE
 */
record ErasureSettings(
    List<ErasureKind> kinds,
    int inlpRounds,
    int rlaceRank,
    int rlaceIterations,
    ProbeSettings probes)
    implements Serializable {
  ErasureSettings {
    kinds = List.copyOf(kinds);
  }
}
