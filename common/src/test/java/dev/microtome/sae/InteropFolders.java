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
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Named;

/**
 * Writes an SAE of every architecture that SAELens or sparsify has a class for, with its outputs,
 * and the outputs of folders that sparsify wrote: one side of {@code .interop/run.sh}.
 */
final class InteropFolders {
  private static final float FACTOR = 1.7f;

  private InteropFolders() {}

  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[0]);
    Path ours = folder.resolve("ours");
    try (NDManager manager = NDManager.newBaseManager()) {
      for (Named<SaeConfig> named : Architectures.all().toList()) {
        SaeConfig config = named.getPayload();
        if (config.mapping() == Mapping.AUTOENCODER) {
          ours(ours.resolve(named.getName()), config, manager);
          folded(ours.resolve(named.getName() + ", folded"), config, manager);
        } else if (exported(config)) {
          ours(ours.resolve(named.getName()), config, manager);
        }
      }
      for (Normalization normalization :
          List.of(Normalization.LAYER_NORM, Normalization.CONSTANT_NORM)) {
        SaeConfig config = SaeConfig.of(new ReluSae2024(1), 5, 11).with(normalization);
        ours(ours.resolve(normalization.key()), config, manager);
        SaeConfig transcoder = config.transcodingTo(3);
        ours(ours.resolve(normalization.key() + " transcoder"), transcoder, manager);
      }
      try (DirectoryStream<Path> saes = Files.newDirectoryStream(folder.resolve("sparsify"))) {
        for (Path sae : saes) {
          sparsify(sae, manager);
        }
      }
    }
  }

  private static boolean exported(SaeConfig transcoder) {
    Encoding encoding = transcoder.architecture().encoding();
    return encoding instanceof Encoding.Relu
        || encoding instanceof Encoding.JumpRelu
        || (encoding instanceof Encoding.TopK && transcoder.dIn() == transcoder.dOut());
  }

  private static void ours(Path folder, SaeConfig config, NDManager manager) throws IOException {
    try (Sae sae = finish(trained(config, manager), manager)) {
      SaeFiles.write(folder, sae, new double[config.dSae()]);
      NDArray x = Architectures.batch(config, 2, DataType.FLOAT32, manager).x();
      outputs(folder.resolve("outputs.safetensors"), x, sae.encode(x), sae.reconstruct(x));
    }
  }

  /**
   * One trained on activations times a factor, whose folder is for activations as they are: beside
   * it what the same weights give on the activations times the factor.
   */
  private static void folded(Path folder, SaeConfig config, NDManager manager) throws IOException {
    Trained trained = trained(config.with(Normalization.EXPECTED_AVERAGE_NORM), manager);
    try (Sae folded = finish(trained.scaledBy(FACTOR), manager);
        Sae plain = finish(trained(config, manager), manager)) {
      SaeFiles.write(folder, folded, new double[config.dSae()]);
      NDArray x = Architectures.batch(config, 2, DataType.FLOAT32, manager).x();
      NDArray scaled = x.mul(FACTOR);
      NDArray features = plain.encode(scaled);
      boolean inNorms = config.architecture().decoderNorms() == DecoderNorms.IN_FEATURES;
      outputs(
          folder.resolve("outputs.safetensors"),
          x,
          inNorms ? features.div(FACTOR) : features,
          plain.reconstruct(scaled).div(FACTOR));
    }
  }

  private static Trained trained(SaeConfig config, NDManager manager) {
    return Trained.of(config, Architectures.parameters(config, 1, DataType.FLOAT32, manager))
        .withThreshold(0.3);
  }

  private static Sae finish(Trained trained, NDManager manager) {
    SaeSource source =
        new SaeSource(
            Optional.of("tiny"),
            Optional.of("0123abc"),
            Optional.of("blocks.0.hook_resid_post"),
            Optional.empty(),
            OptionalInt.empty(),
            Optional.empty(),
            Optional.empty());
    return Finishing.finish(trained, source, manager);
  }

  private static void sparsify(Path folder, NDManager manager) throws IOException {
    try (Safetensors theirs = Safetensors.open(folder.resolve("outputs.safetensors"));
        Sae sae = SaeFiles.read(folder, manager)) {
      NDArray x = manager.create(theirs.floats("x"), GoldenSae.shape(theirs.tensor("x")));
      outputs(folder.resolve("ours.safetensors"), x, sae.encode(x), sae.reconstruct(x));
    }
  }

  private static void outputs(Path file, NDArray x, NDArray features, NDArray reconstruction)
      throws IOException {
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
