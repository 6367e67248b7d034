/**
 * What touches the APIs of Spark, Hadoop and Parquet: parts become tasks, records become rows,
 * paths become files.
 *
 * <p>A reader starts at {@link dev.microtome.jobs.spark.SparkParts}: it sends parts out and commits
 * what comes back.
 */
package dev.microtome.jobs.spark;
