package dev.microtome.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import com.typesafe.config.ConfigObject;
import dev.microtome.config.ConfigReader;
import dev.microtome.config.InputPath;
import dev.microtome.config.ResolvedConfig;
import dev.microtome.config.UsageException;
import dev.microtome.jobs.spark.HadoopFileStore;
import dev.microtome.run.InputException;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Runs jobs inside a job, with the runner that runs it. */
final class RunnerSteps implements JobSteps {
  private final JobRunner runner;
  private final HadoopFileStore files;
  private final RunRequest.Mode mode;

  /**
   * Makes the steps of one command.
   *
   * @param mode of the command, which is that of each step
   */
  RunnerSteps(JobRunner runner, HadoopFileStore files, RunRequest.Mode mode) {
    this.runner = runner;
    this.files = files;
    this.mode = mode;
  }

  @Override
  public JobStep read(String name, String job, ConfigObject configuration, String output) {
    try {
      return step(Jobs.onClassPath().named(job), name, configuration, files.qualify(output));
    } catch (UsageException | IOException | IllegalArgumentException e) {
      throw new InputException("Step '" + name + "': " + e.getMessage(), e);
    }
  }

  private <C extends Record, P extends Serializable> JobStep step(
      Job<C, P> job, String name, ConfigObject configuration, String output) {
    try {
      return new Step<>(
          job, ConfigReader.read(job.configType(), configuration, "its configuration"), output);
    } catch (InputException e) {
      throw new InputException("Step '" + name + "': " + e.getMessage(), e);
    }
  }

  private final class Step<C extends Record, P extends Serializable> implements JobStep {
    private final Job<C, P> job;
    private final ResolvedConfig<C> config;
    private final String output;

    Step(Job<C, P> job, ResolvedConfig<C> config, String output) {
      this.job = job;
      this.config = config;
      this.output = output;
    }

    @Override
    public String job() {
      return job.name();
    }

    @Override
    public String output() {
      return output;
    }

    @Override
    public List<String> inputs() {
      List<InputPath> paths = new ArrayList<>();
      JsonNode unused =
          config.json(
              path -> {
                paths.add(path);
                return path.value();
              });
      return paths.stream().map(path -> qualified(path.value())).distinct().toList();
    }

    private String qualified(String path) {
      try {
        return files.qualify(path);
      } catch (IOException | IllegalArgumentException e) {
        // The step itself will say what is wrong with it.
        return path;
      }
    }

    @Override
    public Forecast forecast() throws IOException {
      return runner.forecast(job, config, output, mode);
    }

    @Override
    public JobOutcome run(StepPlace place) throws IOException {
      return runner.at(place).run(job, config, Optional.of(output), mode);
    }
  }
}
