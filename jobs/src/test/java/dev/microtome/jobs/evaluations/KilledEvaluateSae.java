package dev.microtome.jobs.evaluations;

import com.google.auto.service.AutoService;
import dev.microtome.jobs.Job;
import dev.microtome.jobs.KilledJob;

/** The job, which dies. */
@AutoService(Job.class)
@SuppressWarnings("rawtypes") // a service is found by its erased type
public final class KilledEvaluateSae extends KilledJob<EvaluateSaeConfig, EvaluatePart> {
  public KilledEvaluateSae() {
    super(new EvaluateSae());
  }
}
