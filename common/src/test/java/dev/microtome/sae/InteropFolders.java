package dev.microtome.sae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import dev.microtome.model.load.Safetensors;
import dev.microtome.model.load.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Named;

/**
 * Writes an SAE of every architecture that SAELens has a class for, with its outputs, and the
 * outputs of folders that sparsify wrote: one side of {@code .interop/run.sh}.
 */
final class InteropFolders {
  private InteropFolders() {}

  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[0]);
    try (NDManager manager = NDManager.newBaseManager()) {
      for (Named<SaeConfig> named : Architectures.all().toList()) {
        ours(folder.resolve("ours").resolve(named.getName()), named.getPayload(), manager);
      }
      for (Normalization normalization :
          List.of(Normalization.LAYER_NORM, Normalization.CONSTANT_NORM)) {
        SaeConfig config = SaeConfig.of(new ReluSae2024(1), 5, 11).with(normalization);
        ours(folder.resolve("ours").resolve(normalization.key()), config, manager);
      }
      try (DirectoryStream<Path> saes = Files.newDirectoryStream(folder.resolve("sparsify"))) {
        for (Path sae : saes) {
          sparsify(sae, manager);
        }
      }
    }
  }

  private static void ours(Path folder, SaeConfig config, NDManager manager) throws IOException {
    Encoding encoding = config.architecture().encoding();
    if (config.mapping() != Mapping.AUTOENCODER
        && !(encoding instanceof Encoding.Relu || encoding instanceof Encoding.JumpRelu)) {
      return; // SAELens has no such transcoder
    }
    SaeSource source = SaeSource.of("tiny", "blocks.0.hook_resid_post");
    Trained trained =
        Trained.of(config, Architectures.parameters(config, 1, DataType.FLOAT32, manager))
            .withThreshold(0.3);
    try (Sae sae = Finishing.finish(trained, source, manager)) {
      double[] density = new double[config.dSae()];
      SaeFiles.write(folder, sae, density);
      NDArray x = Architectures.batch(config, 2, DataType.FLOAT32, manager).x();
      outputs(folder.resolve("outputs.safetensors"), sae, x);
    }
  }

  private static void sparsify(Path folder, NDManager manager) throws IOException {
    try (Safetensors theirs = Safetensors.open(folder.resolve("outputs.safetensors"));
        Sae sae = SaeFiles.read(folder, manager)) {
      NDArray x = manager.create(theirs.floats("x"), GoldenSae.shape(theirs.tensor("x")));
      outputs(folder.resolve("ours.safetensors"), sae, x);
    }
  }

  private static void outputs(Path file, Sae sae, NDArray x) throws IOException {
    NDArray features = sae.encode(x);
    NDArray reconstruction = sae.reconstruct(x);
    new SafetensorsWriter()
        .floats("x", x.getShape().getShape())
        .floats("feature_acts", features.getShape().getShape())
        .floats("reconstruction", reconstruction.getShape().getShape())
        .write(
            file,
            out ->
                out.floats(x.toFloatArray())
                    .floats(features.toFloatArray())
                    .floats(reconstruction.toFloatArray()));
  }
}
