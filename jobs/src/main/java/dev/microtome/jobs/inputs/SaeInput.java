package dev.microtome.jobs.inputs;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import dev.microtome.jobs.ModelFolder;
import dev.microtome.jobs.PartContext;
import dev.microtome.model.HookPoints;
import dev.microtome.sae.Sae;
import dev.microtome.sae.SaeFiles;
import dev.microtome.sae.evaluation.DictionaryHooks;
import dev.microtome.sae.evaluation.FeatureDictionary;
import java.io.IOException;
import java.io.Serializable;

/**
 * An SAE as it was when the run was planned: plain data that ships to executors.
 *
 * @param name of its folder, which tables call it
 * @param hooks in the model it was checked against
 * @param features how many it has
 * @param architecture what was trained
 */
public record SaeInput(
    String name, ModelFolder folder, DictionaryHooks hooks, int features, String architecture)
    implements Serializable {

  /** Bytes of its weights in a model with these hook points. */
  public long bytes(HookPoints points) {
    long widths =
        (long) points.shape(hooks.input()).sizePerPosition(1)
            + points.shape(hooks.output()).sizePerPosition(1);
    return widths * features * Float.BYTES;
  }

  /** The SAE on an executor, loaded once for all its tasks. */
  public FeatureDictionary load(PartContext context) throws IOException {
    Device device = context.gpu().isPresent() ? Device.gpu(context.gpu().getAsInt()) : Device.cpu();
    Loaded loaded =
        context
            .models()
            .shared(
                "sae %s on %s".formatted(folder.digest(), device),
                () -> {
                  NDManager manager = NDManager.newBaseManager(device, "PyTorch");
                  try {
                    return new Loaded(
                        SaeFiles.read(context.models().folder(folder), manager), manager);
                  } catch (IOException | RuntimeException | Error e) {
                    manager.close();
                    throw e;
                  }
                });
    return FeatureDictionary.of(name, loaded.sae, hooks);
  }

  private record Loaded(Sae sae, NDManager manager) implements AutoCloseable {
    @Override
    public void close() {
      sae.close();
      manager.close();
    }
  }
}
