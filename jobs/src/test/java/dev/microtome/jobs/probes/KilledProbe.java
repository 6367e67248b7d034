package dev.microtome.jobs.probes;

import com.google.auto.service.AutoService;
import dev.microtome.jobs.Job;
import dev.microtome.jobs.KilledJob;
import dev.microtome.jobs.labels.LabelledPart;

/** The job, which dies. */
@AutoService(Job.class)
@SuppressWarnings("rawtypes") // a service is found by its erased type
public final class KilledProbe extends KilledJob<TrainProbeConfig, LabelledPart> {
  public KilledProbe() {
    super(new TrainProbe());
  }
}
