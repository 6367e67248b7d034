package dev.microtome.sae;

import ai.djl.ndarray.NDManager;
import dev.microtome.run.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Folders of SAEs: SAELens 6's ({@code cfg.json}, {@code sae_weights.safetensors}, {@code
 * sparsity.safetensors}) and sparsify's ({@code cfg.json}, {@code sae.safetensors}). Written is
 * SAELens's, but for transcoders by TopK, of which it has none. A folder is data and hostile until
 * checked: nothing of it is executed, no file of it leads outside, and what is not understood is
 * refused.
 */
public final class SaeFiles {
  static final String CONFIG = "cfg.json";
  static final long MAX_CONFIG_BYTES = 4L << 20;

  private SaeFiles() {}

  /**
   * Reads a folder of either kind. Weights stored in float16, bfloat16 or float64 become float32.
   *
   * @param manager what the SAE's memory belongs to
   * @throws InputException if something is missing, is not of the shape that cfg.json implies, is
   *     not finite, or is of an architecture that is not supported
   */
  public static Sae read(Path folder, NDManager manager) {
    if (!Files.isDirectory(folder)) {
      throw new InputException("SAE folder %s does not exist or is not a folder".formatted(folder));
    }
    if (Files.exists(folder.resolve(SaeLensFolder.WEIGHTS))) {
      return SaeLensFolder.read(folder, manager);
    }
    if (Files.exists(folder.resolve(SparsifyFolder.WEIGHTS))) {
      return SparsifyFolder.read(folder, manager);
    }
    throw noWeights(folder);
  }

  /**
   * What a folder's cfg.json says, without reading weights.
   *
   * @throws InputException as {@link #read}
   */
  public static SaeForm form(Path folder) {
    return Files.exists(folder.resolve(SparsifyFolder.WEIGHTS))
            && !Files.exists(folder.resolve(SaeLensFolder.WEIGHTS))
        ? SparsifyFolder.form(folder)
        : SaeLensFolder.form(folder);
  }

  /**
   * What a folder's cfg.json says, and that the file of weights has the tensors it implies. Their
   * values are not read.
   *
   * @throws InputException as {@link #read}, but for values that are not finite
   */
  public static SaeForm check(Path folder) {
    if (Files.exists(folder.resolve(SaeLensFolder.WEIGHTS))) {
      return SaeLensFolder.check(folder);
    }
    if (Files.exists(folder.resolve(SparsifyFolder.WEIGHTS))) {
      return SparsifyFolder.check(folder);
    }
    throw noWeights(folder);
  }

  private static InputException noWeights(Path folder) {
    return new InputException(
        "SAE folder %s has neither %s (SAELens) nor %s (sparsify)"
            .formatted(folder, SaeLensFolder.WEIGHTS, SparsifyFolder.WEIGHTS));
  }

  /**
   * log10 of each feature's density as the folder stores it; empty if it does not.
   *
   * @throws InputException if the file is not one number a feature
   */
  public static Optional<float[]> logDensity(Path folder) {
    return SaeLensFolder.logDensity(folder, form(folder).dSae());
  }

  /**
   * Writes a folder that SAELens 6 loads as it is, of a transcoder by TopK between equal widths one
   * that sparsify loads. The same SAE gives the same bytes.
   *
   * @param folder is created; files of an earlier SAE are replaced
   * @throws InputException if the files cannot be written, or neither has a class for this form (a
   *     transcoder by gates, or by TopK between two widths)
   */
  public static void write(Path folder, Sae sae) {
    write(folder, sae, Optional.empty());
  }

  /**
   * Writes a folder with the features' densities.
   *
   * @param density share of tokens on which each feature fired, [dSae]
   */
  public static void write(Path folder, Sae sae, double[] density) {
    if (density.length != sae.form().dSae()) {
      throw new IllegalArgumentException(
          "%d densities for %d features".formatted(density.length, sae.form().dSae()));
    }
    write(folder, sae, Optional.of(density));
  }

  private static void write(Path folder, Sae sae, Optional<double[]> density) {
    try {
      if (SparsifyFolder.holds(sae.form())) {
        SparsifyFolder.write(folder, sae, density);
      } else {
        SaeLensFolder.write(folder, sae, density);
      }
    } catch (IOException e) {
      throw new InputException("SAE folder %s cannot be written: %s".formatted(folder, e), e);
    }
  }

  /** The file of that name, which must exist and, links followed, lie inside. */
  static Path required(Path folder, String name) {
    Path file = folder.resolve(name);
    if (!Files.exists(file)) {
      throw new InputException("SAE folder %s has no %s".formatted(folder, name));
    }
    try {
      Path target = file.toRealPath();
      Path root = folder.toRealPath();
      if (!target.startsWith(root)) {
        throw new InputException(
            "%s is a link to %s, outside of the SAE folder".formatted(file, target));
      }
      if (!Files.isRegularFile(target)) {
        throw new InputException("%s is not a file".formatted(file));
      }
    } catch (IOException e) {
      throw new InputException("%s cannot be read: %s".formatted(file, e), e);
    }
    return file;
  }
}
