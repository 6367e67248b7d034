package dev.microtome.jobs;

import java.io.Serializable;

/** What a job may use while it runs on the driver. */
public interface JobContext {
  /**
   * Runs the task on every part that is not finished yet, over the cluster; returns when all parts
   * are committed.
   */
  <P extends Serializable> void runParts(Plan<P> plan, PartTask<P> task);
}
