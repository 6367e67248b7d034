package dev.microtome.jobs.saes;

import dev.microtome.jobs.Inputs;
import dev.microtome.jobs.inputs.SequenceFacts;
import dev.microtome.run.InputException;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Activations in a table: each hook is read by itself. */
final class StoredSources implements Sources {
  private final ActivationTable table;
  private final List<String> hooks;
  private final Map<String, StoredActivations> found = new HashMap<>();

  private StoredSources(ActivationTable table, List<String> hooks) {
    this.table = table;
    this.hooks = hooks;
  }

  static StoredSources of(TrainSaeConfig config, Inputs inputs) throws IOException {
    ActivationTable table = ActivationTable.open(config.activations().orElseThrow(), inputs);
    return new StoredSources(table, table.hooks(config.hooks()));
  }

  @Override
  public List<String> hooks() {
    return hooks;
  }

  @Override
  public void requireTarget(String hook) {
    table.hooks(List.of(hook));
  }

  private StoredActivations hook(String hook) throws IOException {
    StoredActivations known = found.get(hook);
    if (known == null) {
      known = table.source(hook);
      found.put(hook, known);
    }
    return known;
  }

  @Override
  public int width(String hook) throws IOException {
    return hook(hook).width();
  }

  @Override
  public long[] blockRows(String hook) throws IOException {
    return hook(hook).blockRows();
  }

  @Override
  public List<String> together(List<String> ofSae) {
    return ofSae;
  }

  @Override
  public SequenceFacts sequences() {
    return table.sequences();
  }

  @Override
  public StreamSource stream(List<String> ofStream) throws IOException {
    StoredActivations input = hook(ofStream.get(0));
    if (ofStream.size() == 1) {
      return input;
    }
    StoredActivations target = hook(ofStream.get(1));
    long rows = Arrays.stream(input.blockRows()).sum();
    long targetRows = Arrays.stream(target.blockRows()).sum();
    if (rows != targetRows) {
      throw new InputException(
          "activations: hook '%s' has %,d rows and the target '%s' %,d, expected the same tokens of both"
              .formatted(input.hook(), rows, target.hook(), targetRows));
    }
    return new PairedActivations(input, target);
  }
}
