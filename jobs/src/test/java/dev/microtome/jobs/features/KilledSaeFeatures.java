package dev.microtome.jobs.features;

import com.google.auto.service.AutoService;
import dev.microtome.jobs.Job;
import dev.microtome.jobs.KilledJob;

/** The job, which dies. */
@AutoService(Job.class)
@SuppressWarnings("rawtypes") // a service is found by its erased type
public final class KilledSaeFeatures extends KilledJob<SaeFeaturesConfig, FeaturesPart> {
  public KilledSaeFeatures() {
    super(new SaeFeatures());
  }
}
