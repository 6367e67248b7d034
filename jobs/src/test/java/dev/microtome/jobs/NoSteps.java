package dev.microtome.jobs;

import com.typesafe.config.ConfigObject;

/** For tests of jobs that run no others. */
enum NoSteps implements JobSteps {
  INSTANCE;

  @Override
  public JobStep read(String name, String job, ConfigObject configuration, String output) {
    throw new AssertionError("step " + name + " was asked for");
  }
}
