/**
 * From the command line and a HOCON file to a job's configuration record, with refusals that name
 * key, file and line.
 *
 * <p>A reader starts at {@link dev.microtome.config.Option}; {@link
 * dev.microtome.config.ConfigReader} does the work.
 */
package dev.microtome.config;
