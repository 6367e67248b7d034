package dev.microtome.jobs.inputs;

import dev.microtome.jobs.Checkpoint;
import dev.microtome.jobs.Inputs;
import dev.microtome.jobs.ModelFolder;
import dev.microtome.model.load.ModelFiles;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a plan finds out of checkpoints, once for all that differ in nothing but their weights. A
 * series shares configuration and tokenizer, and hundreds of models are not to be fetched, nor read
 * to the last byte, for a plan. The weights of the others are checked where they are loaded.
 *
 * @param <K> what is found out
 */
public final class CheckpointKinds<K> {
  /** Looks at the first checkpoint of a kind. */
  @FunctionalInterface
  public interface Look<K> {
    /**
     * Finds out what the plan must know.
     *
     * @param files of the checkpoint, on this machine
     */
    K at(Checkpoint checkpoint, ModelFiles files) throws IOException;
  }

  private final Inputs inputs;
  private final Look<K> look;
  private final Map<Set<ModelFolder.ModelFile>, K> known = new HashMap<>();

  public CheckpointKinds(Inputs inputs, Look<K> look) {
    this.inputs = inputs;
    this.look = look;
  }

  /** What is known of a checkpoint's kind. */
  public K of(Checkpoint checkpoint) throws IOException {
    Set<ModelFolder.ModelFile> kind = allButWeights(checkpoint.folder());
    if (!known.containsKey(kind)) {
      known.put(kind, look.at(checkpoint, ModelFiles.open(inputs.local(checkpoint.folder()))));
    }
    return known.get(kind);
  }

  private static Set<ModelFolder.ModelFile> allButWeights(ModelFolder folder) {
    return folder.files().stream()
        .filter(file -> !file.name().endsWith(".safetensors"))
        .collect(Collectors.toSet());
  }
}
