package dev.microtome.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import dev.microtome.model.load.ModelFiles;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a job takes of an executor's memory.
 *
 * @param executor the model and its passes; empty where the job runs no model
 * @param task what one task holds besides
 */
record MemoryEstimate(Optional<ExecutorMemory> executor, TaskMemory task) {
  private static final String BATCH_TOKENS = "batch-tokens";

  /** That of a plan: passes have the size that the configuration's key says. */
  static MemoryEstimate of(JsonNode configuration, List<ModelFiles> models, TaskMemory task) {
    JsonNode batchTokens = configuration.path(BATCH_TOKENS);
    return new MemoryEstimate(
        ExecutorMemory.of(
            models,
            batchTokens.isNumber()
                ? OptionalLong.of(batchTokens.longValue())
                : OptionalLong.empty()),
        task);
  }

  /** For {@code --dry-run} of the job. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    executor.ifPresent(memory -> lines.add(memory.line()));
    lines.add(task.line());
    return lines;
  }

  /** Such as {@code 34.6 MB a task, 1.1 MB the model}; a pass counts to the task. */
  String brief() {
    long ofTask = task.bytes() + executor.map(ExecutorMemory::pass).orElse(0L);
    String shown = ofTask == 0 ? "little memory" : Progress.Amounts.bytes(ofTask) + " a task";
    return executor
        .map(
            memory ->
                String.format(
                    Locale.ROOT, "%s, %s the model", shown, Progress.Amounts.bytes(memory.model())))
        .orElse(shown);
  }
}
