package dev.microtome.jobs.activations;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.microtome.activations.ActivationArrayRow;
import dev.microtome.activations.ActivationRow;
import dev.microtome.jobs.inputs.SequenceFacts;
import dev.microtome.model.HookPoint;
import dev.microtome.model.HookPoints;
import dev.microtome.model.HookShape;
import dev.microtome.model.ModelIdentity;
import dev.microtome.table.TableSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The table {@code activations} in its two encodings, and the metadata that says how to read a
 * vector.
 */
final class ActivationTables {
  private static final String DOC =
      "One activation vector: a hook point at a position of a sequence. Each hook has files of its own. The type of activation"
          + " follows the key encoding.";

  static final TableSpec<ActivationRow> BINARY =
      TableSpec.of("activations", ActivationRow.class, DOC);

  static final TableSpec<ActivationArrayRow> ARRAY =
      TableSpec.of("activations", ActivationArrayRow.class, DOC);

  private ActivationTables() {}

  /**
   * {@code model}, its name, {@code model_checkpoint} if it is one, {@code model_sha256}, {@code
   * dtype}, and {@code shape}: a JSON object from hook to the shape of a vector, as numpy's reshape
   * takes it. Attention is [heads, -1], for its keys are as many as the sequence has tokens. {@code
   * context_size} and {@code prepend_bos} where the tokens say them.
   */
  static Map<String, String> metadata(
      ModelIdentity model,
      String dtype,
      HookPoints points,
      List<HookPoint> hooks,
      SequenceFacts sequences) {
    Map<String, List<Integer>> shapes = new LinkedHashMap<>();
    for (HookPoint hook : hooks) {
      HookShape shape = points.shape(hook);
      shapes.put(
          hook.address(),
          switch (shape.kind()) {
            case SCALAR, VECTOR -> List.of(shape.width());
            case HEAD_VECTORS -> List.of(shape.heads(), shape.width());
            case ATTENTION -> List.of(shape.heads(), -1);
          });
    }
    try {
      Map<String, String> metadata = new LinkedHashMap<>(model.metadata());
      metadata.put("dtype", dtype);
      metadata.put("shape", new ObjectMapper().writeValueAsString(shapes));
      metadata.putAll(sequences.metadata());
      return metadata;
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
