package dev.microtome.jobs.inputs;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import dev.microtome.jobs.ModelFolder;
import dev.microtome.jobs.PartContext;
import dev.microtome.model.HookedTransformer;
import dev.microtome.model.Torch;
import dev.microtome.model.load.ModelFiles;
import java.io.IOException;

/**
 * A model on an executor, loaded once for all its tasks: on the processor, or on the GPU that Spark
 * gives the task.
 *
 * @param manager owns the weights; the parent of what passes allocate
 */
public record ExecutorTransformer(HookedTransformer model, NDManager manager)
    implements AutoCloseable {

  public static ExecutorTransformer of(ModelFolder folder, PartContext context) throws IOException {
    Device device = context.gpu().isPresent() ? Device.gpu(context.gpu().getAsInt()) : Device.cpu();
    return context
        .models()
        .shared(
            "transformer %s on %s".formatted(folder.digest(), device),
            () -> {
              Torch.threads(context.cores());
              return load(ModelFiles.open(context.models().folder(folder)), device);
            });
  }

  static ExecutorTransformer load(ModelFiles files, Device device) {
    NDManager manager = NDManager.newBaseManager(device, "PyTorch");
    try {
      return new ExecutorTransformer(HookedTransformer.load(files, manager), manager);
    } catch (RuntimeException | Error e) {
      manager.close();
      throw e;
    }
  }

  @Override
  public void close() {
    model.close();
    manager.close();
  }
}
