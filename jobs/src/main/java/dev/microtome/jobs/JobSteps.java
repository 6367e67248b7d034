package dev.microtome.jobs;

import com.typesafe.config.ConfigObject;

/** The jobs that a job of jobs runs, each as the command line would. */
public interface JobSteps {
  /**
   * Reads a job's configuration; its inputs are not looked at.
   *
   * @param name of the step, for messages
   * @param job name of the job
   * @param configuration its keys, resolved
   * @param output folder of its runs
   * @throws dev.microtome.run.InputException when there is no such job, or it does not have those
   *     keys
   */
  JobStep read(String name, String job, ConfigObject configuration, String output);
}
