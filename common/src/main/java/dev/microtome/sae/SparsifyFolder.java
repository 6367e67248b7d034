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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * sparsify's folder of one hook: a TopK with an encoder stored [dSae, dIn], and for a transcoder
 * dIn = dOut.
 *
 * @see <a href="https://github.com/EleutherAI/sparsify">sparsify</a>
 */
final class SparsifyFolder {
  static final String WEIGHTS = "sae.safetensors";

  private static final String ENCODER = "encoder.weight";

  private static final Map<String, String> OUR_NAMES =
      Map.of(ENCODER, "W_enc", "encoder.bias", "b_enc");

  private static final int MAX_WIDTH = 16_777_216;

  /** What was done in training alone; the decoder is stored as it is used. */
  private static final Set<String> HARMLESS = Set.of("normalize_decoder", "multi_topk");

  private SparsifyFolder() {}

  static SaeForm form(Path folder) {
    Path path = SaeFiles.required(folder, SaeFiles.CONFIG);
    ConfigJson json = new ConfigJson(path, Json.object(path, SaeFiles.MAX_CONFIG_BYTES));
    if (json.has("activation")) {
      json.choice("activation", Map.of("topk", true));
    }
    if (json.flag("signed", false)) {
      throw json.unsupported("signed", "true", "false");
    }
    int dIn = json.wholeBetween("d_in", 1, MAX_WIDTH);
    int latents = json.has("num_latents") ? json.wholeBetween("num_latents", 0, MAX_WIDTH) : 0;
    int expansion =
        latents == 0 || json.has("expansion_factor")
            ? json.wholeBetween("expansion_factor", 1, MAX_WIDTH)
            : 0;
    if (latents == 0 && (long) dIn * expansion > MAX_WIDTH) {
      throw json.conflict(
          "d_in %d × expansion_factor %d is more than %,d features"
              .formatted(dIn, expansion, MAX_WIDTH));
    }
    int dSae = latents > 0 ? latents : dIn * expansion;
    boolean transcodes = json.flag("transcode", false);
    boolean skips = json.flag("skip_connection", false);
    if (skips && !transcodes) {
      throw json.unsupported("skip_connection", "true", "false unless transcode is true");
    }
    Mapping mapping =
        skips ? Mapping.SKIP_TRANSCODER : transcodes ? Mapping.TRANSCODER : Mapping.AUTOENCODER;
    SaeForm form =
        new SaeForm(
            new Encoding.TopK(json.wholeBetween("k", 1, dSae), DecoderNorms.FREE),
            dIn,
            dIn,
            dSae,
            mapping,
            transcodes ? PreBias.NONE : PreBias.TIED,
            Normalization.NONE,
            json.object(SourceJson.KEY).map(SourceJson::read).orElse(SaeSource.UNKNOWN));
    json.refuseUnread(HARMLESS);
    return form;
  }

  /** Whether it is one that sparsify has and SAELens has not: a transcoder by TopK of one width. */
  static boolean holds(SaeForm form) {
    return form.mapping() != Mapping.AUTOENCODER
        && form.encoding() instanceof Encoding.TopK top
        && top.norms() != DecoderNorms.IN_FEATURES
        && form.dIn() == form.dOut()
        && form.normalization() == Normalization.NONE;
  }

  static void write(Path folder, Sae sae, Optional<double[]> density) throws IOException {
    SaeForm form = sae.form();
    Files.createDirectories(folder);
    // The configuration goes last: a folder without it is refused.
    Files.deleteIfExists(folder.resolve(SaeFiles.CONFIG));
    Files.deleteIfExists(folder.resolve(SaeLensFolder.WEIGHTS));
    SafetensorsWriter writer = new SafetensorsWriter();
    Map<String, Shape> stored = stored(form);
    stored.forEach((name, shape) -> writer.floats(name, shape.getShape()));
    writer.write(
        folder.resolve(WEIGHTS),
        out -> {
          for (String name : stored.keySet()) {
            NDArray own = sae.tensors().get(OUR_NAMES.getOrDefault(name, name));
            if (name.equals(ENCODER)) {
              try (NDArray weight = SaeKernels.transposed(own.getManager(), own)) {
                StoredSae.store(weight, out);
              }
            } else {
              StoredSae.store(own, out);
            }
          }
        });
    SaeLensFolder.writeDensity(folder, density);
    Files.writeString(folder.resolve(SaeFiles.CONFIG), Json.indented(config(form)));
  }

  private static ObjectNode config(SaeForm form) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("activation", "topk");
    json.put("d_in", form.dIn());
    json.put("num_latents", form.dSae());
    json.put("k", ((Encoding.TopK) form.encoding()).k());
    json.put("transcode", true);
    json.put("skip_connection", form.mapping() == Mapping.SKIP_TRANSCODER);
    // sparsify does not read this; we do, as it says which hooks.
    SourceJson.write(form.source(), json.putObject(SourceJson.KEY));
    return json;
  }

  static SaeForm check(Path folder) {
    SaeForm form = form(folder);
    try (Safetensors file = Safetensors.open(SaeFiles.required(folder, WEIGHTS))) {
      StoredSae.check(file, stored(form));
    }
    return form;
  }

  private static Map<String, Shape> stored(SaeForm form) {
    Map<String, Shape> stored = new LinkedHashMap<>();
    stored.put(ENCODER, new Shape(form.dSae(), form.dIn()));
    stored.put("encoder.bias", new Shape(form.dSae()));
    stored.put("W_dec", new Shape(form.dSae(), form.dOut()));
    stored.put("b_dec", new Shape(form.dOut()));
    if (form.mapping() == Mapping.SKIP_TRANSCODER) {
      stored.put("W_skip", new Shape(form.dOut(), form.dIn()));
    }
    return stored;
  }

  static Sae read(Path folder, NDManager manager) {
    SaeForm form = form(folder);
    Map<String, Shape> stored = stored(form);
    try (Safetensors file = Safetensors.open(SaeFiles.required(folder, WEIGHTS))) {
      StoredSae.check(file, stored);
      return Finishing.build(
          form,
          manager,
          memory -> {
            Map<String, NDArray> tensors = new LinkedHashMap<>();
            stored.keySet().forEach(name -> tensors.put(name, StoredSae.load(file, name, memory)));
            try (NDArray weight = tensors.remove(ENCODER)) {
              tensors.put("W_enc", SaeKernels.transposed(memory, weight));
            }
            tensors.put("b_enc", tensors.remove("encoder.bias"));
            return tensors;
          });
    }
  }
}
