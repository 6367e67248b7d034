package dev.microtome.jobs;

import dev.microtome.table.TableSpec;
import java.io.Serializable;
import java.util.List;

/**
 * A batch method: reads runs or plain files, writes one run. An implementation is a small final
 * class in a package of its own, registered with {@code @AutoService(Job.class)}; everything that
 * jobs share (configuration, fingerprint, lease, resume, progress, verification, manifest) is the
 * runner's.
 *
 * @param <C> the configuration record; every component carries an {@link
 *     dev.microtome.config.Option}
 * @param <P> the work of one part: plain data that ships to an executor
 */
public interface Job<C extends Record, P extends Serializable> {
  /** Name on the command line, lower case with dashes. */
  String name();

  /** One line for {@code list}. */
  String summary();

  Class<C> configType();

  /** Every table the job can write, for {@code describe} and for readers. */
  List<TableSpec<?>> tables();

  /** Every kind of file other than tables that the job can write. */
  default List<ArtifactSpec> artifacts() {
    return List.of();
  }

  /**
   * Opens and cross-checks the inputs and cuts the work into parts, without Spark: {@code
   * --dry-run} prints the plan and stops here. Whatever can be refused is refused here.
   *
   * @throws dev.microtome.run.InputException when an input or a value cannot be used
   */
  Plan<P> plan(C config, Inputs inputs);

  /** What one task holds beside a model and its pass, for {@code --dry-run}. */
  TaskMemory memory(C config, Plan<P> plan, Inputs inputs);

  /** What {@code --dry-run} prints below the numbers of the plan, a line each. */
  default List<String> outline(C config, Plan<P> plan, Inputs inputs) {
    return List.of();
  }

  /** Whether each command is a run of its own, though configuration and inputs are the same. */
  default boolean runsAnew() {
    return false;
  }

  /**
   * Does the work; usually one call of {@link JobContext#runParts}. What it decides on the driver
   * follows from configuration, inputs and finished stages alone, so that a resumed run decides the
   * same.
   */
  void run(C config, Plan<P> plan, JobContext context);
}
