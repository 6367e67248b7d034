package dev.microtome.jobs.scrubbing;

import com.google.auto.service.AutoService;
import dev.microtome.jobs.Job;
import dev.microtome.jobs.KilledJob;

/** The job, which dies. */
@AutoService(Job.class)
@SuppressWarnings("rawtypes") // a service is found by its erased type
public final class KilledScrub extends KilledJob<ScrubConfig, ScrubPart> {
  public KilledScrub() {
    super(new Scrub());
  }
}
