package dev.microtome.jobs.features;

import java.io.Serializable;
import java.util.List;

/**
 * One part of the steering stage: a feature.
 *
 * @param source index of the dictionary
 * @param label that chose the feature; empty where its index was given
 * @param maximum the feature's largest value
 */
record SteerPart(int source, int feature, String label, float maximum, List<Double> strengths)
    implements Serializable {
  SteerPart {
    strengths = List.copyOf(strengths);
  }
}
