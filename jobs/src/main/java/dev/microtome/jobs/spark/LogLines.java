package dev.microtome.jobs.spark;

import org.slf4j.MDC;
import org.slf4j.bridge.SLF4JBridgeHandler;

/**
 * Makes log lines searchable: Microtome's own go where Spark's go, and those of a task say its job,
 * its run and its part. Spark hands local properties that begin with {@code mdc.} to the tasks'
 * logging context, under their whole names.
 */
final class LogLines {
  /** Local property, and key of the logging context: the job's name. */
  static final String JOB = "mdc.job";

  /** The same: the run's folder. */
  static final String RUN = "mdc.run";

  private static final String PART = "mdc.part";

  private LogLines() {}

  /** Sends what is logged through the JDK, as System.Logger is, to Spark's log4j. */
  static synchronized void join() {
    if (!SLF4JBridgeHandler.isInstalled()) {
      SLF4JBridgeHandler.removeHandlersForRootLogger();
      SLF4JBridgeHandler.install();
    }
  }

  /** Marks this thread's lines with a part, until it is closed. */
  static MDC.MDCCloseable ofPart(String label) {
    return MDC.putCloseable(PART, label);
  }
}
