package dev.microtome.sae.evaluation;

import dev.microtome.model.HookPoint;
import java.io.Serializable;

/**
 * Where a dictionary of features reads and writes.
 *
 * @param input what is encoded
 * @param output what is rebuilt: the same, but for transcoders
 */
public record DictionaryHooks(HookPoint input, HookPoint output) implements Serializable {
  /** Of an autoencoder. */
  public static DictionaryHooks of(HookPoint hook) {
    return new DictionaryHooks(hook, hook);
  }
}
