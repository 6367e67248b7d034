package dev.microtome.sae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.microtome.model.load.ConfigJson;
import dev.microtome.model.load.Json;
import dev.microtome.model.load.Safetensors;
import dev.microtome.model.load.SafetensorsWriter;
import dev.microtome.run.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * SAELens 6's folder of a finished SAE. BatchTopK and Matryoshka are {@code jumprelu} in it.
 *
 * @see <a href="https://github.com/decoderesearch/SAELens">SAELens</a>
 */
final class SaeLensFolder {
  static final String WEIGHTS = "sae_weights.safetensors";
  private static final String SPARSITY = "sparsity.safetensors";

  /** The version whose loader a written folder is made for. */
  private static final String VERSION = "6.54.12";

  private static final int OLDEST_MAJOR = 6;

  /** Beside the density, so that a feature that never fired has a logarithm; SAELens's value. */
  private static final double DENSITY_EPSILON = 1e-10;

  private static final int MAX_WIDTH = 16_777_216;

  /** What runs or stores the numbers, and does not change them: everything here is float32. */
  private static final Set<String> HARMLESS = Set.of("device", "dtype", "sae_lens_version");

  private static final Map<String, Kind> KINDS =
      Map.of(
          "standard", new Kind(new Encoding.Relu(), Mapping.AUTOENCODER),
          "gated", new Kind(new Encoding.Gated(), Mapping.AUTOENCODER),
          "topk", new Kind(new Encoding.TopK(1, DecoderNorms.FREE), Mapping.AUTOENCODER),
          "jumprelu", new Kind(new Encoding.JumpRelu(), Mapping.AUTOENCODER),
          "transcoder", new Kind(new Encoding.Relu(), Mapping.TRANSCODER),
          "skip_transcoder", new Kind(new Encoding.Relu(), Mapping.SKIP_TRANSCODER),
          "jumprelu_transcoder", new Kind(new Encoding.JumpRelu(), Mapping.TRANSCODER),
          "jumprelu_skip_transcoder", new Kind(new Encoding.JumpRelu(), Mapping.SKIP_TRANSCODER));

  private static final Map<String, Normalization> NORMALIZATIONS =
      Map.of(
          Normalization.NONE.key(), Normalization.NONE,
          Normalization.CONSTANT_NORM.key(), Normalization.CONSTANT_NORM,
          Normalization.LAYER_NORM.key(), Normalization.LAYER_NORM);

  private SaeLensFolder() {}

  /** What one name of an architecture stands for; a TopK's k is in the file. */
  private record Kind(Encoding encoding, Mapping mapping) {}

  static SaeForm form(Path folder) {
    Path path = SaeFiles.required(folder, SaeFiles.CONFIG);
    ConfigJson json = new ConfigJson(path, Json.object(path, SaeFiles.MAX_CONFIG_BYTES));
    ConfigJson metadata = requireVersion(json);
    Kind kind = json.choice("architecture", KINDS);
    int dIn = json.wholeBetween("d_in", 1, MAX_WIDTH);
    int dSae = json.wholeBetween("d_sae", 1, MAX_WIDTH);
    int dOut =
        kind.mapping() == Mapping.AUTOENCODER ? dIn : json.wholeBetween("d_out", 1, MAX_WIDTH);
    Encoding encoding = kind.encoding();
    if (encoding instanceof Encoding.TopK) {
      encoding =
          new Encoding.TopK(
              json.wholeBetween("k", 1, dSae),
              json.flag("rescale_acts_by_decoder_norm", false)
                  ? DecoderNorms.IN_FEATURES
                  : DecoderNorms.FREE);
    }
    PreBias preBias = json.flag("apply_b_dec_to_input", true) ? PreBias.TIED : PreBias.NONE;
    if (preBias == PreBias.TIED && kind.mapping() != Mapping.AUTOENCODER) {
      throw json.unsupported("apply_b_dec_to_input", "true", "false for a transcoder");
    }
    if (json.string("normalize_activations", "none")
        .equals(Normalization.EXPECTED_AVERAGE_NORM.key())) {
      throw json.conflict(
          "normalize_activations is 'expected_average_only_in', whose factor is not in the folder: fold it into the weights (fold_activation_norm_scaling_factor) and save again");
    }
    Normalization normalization =
        json.has("normalize_activations")
            ? json.choice("normalize_activations", NORMALIZATIONS)
            : Normalization.NONE;
    // Heads come as [n, heads, dHead] or flat, whatever this says.
    if (json.has("reshape_activations")) {
      json.choice("reshape_activations", Map.of("none", false, "hook_z", true));
    }
    json.refuseUnread(HARMLESS);
    return new SaeForm(
        encoding,
        dIn,
        dOut,
        dSae,
        kind.mapping(),
        preBias,
        normalization,
        SourceJson.read(metadata));
  }

  private static ConfigJson requireVersion(ConfigJson json) {
    Optional<ConfigJson> metadata = json.object(SourceJson.KEY);
    String version = metadata.map(each -> each.string("sae_lens_version", "")).orElse("");
    int dot = version.indexOf('.');
    int major = 0;
    try {
      major = dot < 0 ? 0 : Integer.parseInt(version.substring(0, dot));
    } catch (NumberFormatException e) {
      throw json.unsupported("metadata.sae_lens_version", Json.shorten(version), "6.0.0 and later");
    }
    if (major < OLDEST_MAJOR) {
      throw json.conflict(
          "metadata.sae_lens_version is '%s', expected 6.0.0 or later: load the SAE in SAELens 6 and save it again"
              .formatted(Json.shorten(version)));
    }
    return metadata.orElseThrow();
  }

  static SaeForm check(Path folder) {
    SaeForm form = form(folder);
    try (Safetensors file = Safetensors.open(SaeFiles.required(folder, WEIGHTS))) {
      StoredSae.check(file, expected(form, file));
    }
    return form;
  }

  private static Map<String, Shape> expected(SaeForm form, Safetensors file) {
    Map<String, Shape> expected = new LinkedHashMap<>(form.tensors());
    if (form.encoding() instanceof Encoding.JumpRelu && file.names().contains("log_threshold")) {
      expected.put("log_threshold", expected.remove("threshold"));
    }
    return expected;
  }

  static Sae read(Path folder, NDManager manager) {
    SaeForm form = form(folder);
    try (Safetensors file = Safetensors.open(SaeFiles.required(folder, WEIGHTS))) {
      Map<String, Shape> expected = expected(form, file);
      StoredSae.check(file, expected);
      return Finishing.build(
          form,
          manager,
          memory -> {
            Map<String, NDArray> tensors = new LinkedHashMap<>();
            for (String name : expected.keySet()) {
              tensors.put(name, StoredSae.load(file, name, memory));
            }
            if (tensors.containsKey("log_threshold")) {
              try (NDArray log = tensors.remove("log_threshold")) {
                tensors.put("threshold", SaeKernels.exp(memory, log));
              }
            }
            return tensors;
          });
    }
  }

  static Optional<float[]> logDensity(Path folder, int dSae) {
    if (!Files.exists(folder.resolve(SPARSITY))) {
      return Optional.empty();
    }
    try (Safetensors file = Safetensors.open(SaeFiles.required(folder, SPARSITY))) {
      StoredSae.check(file, Map.of("sparsity", new Shape(dSae)));
      return Optional.of(file.floats("sparsity"));
    }
  }

  static void write(Path folder, Sae sae, Optional<double[]> density) throws IOException {
    SaeForm form = sae.form();
    ObjectNode config = config(folder, form);
    Files.createDirectories(folder);
    // The configuration goes last: a folder without it is refused.
    Files.deleteIfExists(folder.resolve(SaeFiles.CONFIG));
    Files.deleteIfExists(folder.resolve(SparsifyFolder.WEIGHTS));
    SafetensorsWriter writer = new SafetensorsWriter();
    Map<String, Shape> shapes = form.tensors();
    shapes.forEach((name, shape) -> writer.floats(name, shape.getShape()));
    writer.write(
        folder.resolve(WEIGHTS),
        out -> {
          for (String name : shapes.keySet()) {
            StoredSae.store(sae.tensors().get(name), out);
          }
        });
    writeDensity(folder, density);
    Files.writeString(folder.resolve(SaeFiles.CONFIG), Json.indented(config));
  }

  static void writeDensity(Path folder, Optional<double[]> density) throws IOException {
    Files.deleteIfExists(folder.resolve(SPARSITY));
    if (density.isPresent()) {
      float[] logs = new float[density.get().length];
      for (int i = 0; i < logs.length; i++) {
        logs[i] = (float) Math.log10(density.get()[i] + DENSITY_EPSILON);
      }
      new SafetensorsWriter()
          .floats("sparsity", logs.length)
          .write(folder.resolve(SPARSITY), out -> out.floats(logs));
    }
  }

  private static ObjectNode config(Path folder, SaeForm form) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("architecture", architecture(folder, form));
    json.put("d_in", form.dIn());
    json.put("d_sae", form.dSae());
    if (form.mapping() != Mapping.AUTOENCODER) {
      json.put("d_out", form.dOut());
    }
    if (form.encoding() instanceof Encoding.TopK top) {
      json.put("k", top.k());
      json.put("rescale_acts_by_decoder_norm", top.norms() == DecoderNorms.IN_FEATURES);
    }
    json.put("apply_b_dec_to_input", form.preBias() == PreBias.TIED);
    json.put("normalize_activations", form.normalization().key());
    json.put(
        "reshape_activations",
        form.source().hook().filter(hook -> hook.endsWith("hook_z")).isPresent()
            ? "hook_z"
            : "none");
    json.put("dtype", "float32");
    json.put("device", "cpu");
    ObjectNode metadata = json.putObject(SourceJson.KEY);
    metadata.put("sae_lens_version", VERSION);
    metadata.putNull("sae_lens_training_version");
    SourceJson.write(form.source(), metadata);
    return json;
  }

  private static String architecture(Path folder, SaeForm form) {
    return KINDS.entrySet().stream()
        .filter(entry -> entry.getValue().mapping() == form.mapping())
        .filter(entry -> entry.getValue().encoding().getClass().equals(form.encoding().getClass()))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseThrow(
            () ->
                new InputException(
                    "SAE folder %s: SAELens has no %s by %s; it has transcoders by Relu and JumpRelu, sparsify by TopK between equal widths"
                        .formatted(
                            folder,
                            form.mapping().name().toLowerCase(Locale.ROOT),
                            form.encoding().getClass().getSimpleName())));
  }
}
