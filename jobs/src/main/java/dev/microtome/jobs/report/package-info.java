/**
 * The job {@code report}: one page that shows what a pipeline's tables say, with pictures. Start
 * with {@link dev.microtome.jobs.report.Report}; each {@link dev.microtome.jobs.report.Section}
 * knows one method's tables. Numbers are read, and computed nowhere: what a table does not have the
 * page does not say.
 */
package dev.microtome.jobs.report;
