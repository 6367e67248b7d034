package dev.microtome.model.load;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.microtome.model.ModelConfig;
import dev.microtome.run.InputException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The parameters of a model as float32 arrays, under the same names and in the same layout for
 * every family. Matrices are [out, in], as {@code torch.nn.functional.linear} takes them.
 *
 * <table>
 * <caption>Layout</caption>
 * <tr><td>{@code embed.W_E}</td><td>[dVocab, dEmbed]</td></tr>
 * <tr><td>{@code pos_embed.W_pos}</td><td>[nCtx + offset, dModel]; learned positions and shortformer</td></tr>
 * <tr><td>{@code token_type.W}</td><td>[tokenTypes, dModel]; BERT</td></tr>
 * <tr><td>{@code embed.ln.{w,b}}</td><td>[dModel]; BERT</td></tr>
 * <tr><td>{@code embed.project_in}, {@code embed.project_out}</td><td>[dModel, dEmbed], [dEmbed, dModel]; OPT</td></tr>
 * <tr><td>{@code blocks.i.ln1.{w,b}}, {@code blocks.i.ln2.{w,b}}</td><td>[dModel]; no b in RMS norms, no ln2 in GPT-J,
 * none in a toy model without norms</td></tr>
 * <tr><td>{@code blocks.i.ln1_post.w}, {@code blocks.i.ln2_post.w}</td><td>[dModel]; Gemma 2</td></tr>
 * <tr><td>{@code blocks.i.attn.W_QKV}, {@code b_QKV}</td><td>[(nHeads + 2·nKeyValueHeads)·dHead, dModel]: all q heads, then
 * all k heads, then all v heads</td></tr>
 * <tr><td>{@code blocks.i.attn.W_O}, {@code b_O}</td><td>[dModel, nHeads·dHead]</td></tr>
 * <tr><td>{@code blocks.i.attn.alpha}</td><td>[nHeads]; smeared keys: the logit of a key's own share</td></tr>
 * <tr><td>{@code blocks.i.mlp.W_in}, {@code b_in}</td><td>[dMlp, dModel]</td></tr>
 * <tr><td>{@code blocks.i.mlp.W_gate}</td><td>[dMlp, dModel]; gated MLPs: the branch that is activated</td></tr>
 * <tr><td>{@code blocks.i.mlp.ln.{w,b}}</td><td>[dMlp]; SoLU with its norm</td></tr>
 * <tr><td>{@code blocks.i.mlp.W_out}, {@code b_out}</td><td>[dModel, dMlp]</td></tr>
 * <tr><td>{@code ln_final.{w,b}}</td><td>[dModel]</td></tr>
 * <tr><td>{@code mlm_head.{W,b,ln.w,ln.b}}</td><td>[dModel, dModel] and [dModel]; BERT</td></tr>
 * <tr><td>{@code unembed.W_U}, {@code unembed.b_U}</td><td>[dVocab, dEmbed], [dVocab]; tied: the same array as embed.W_E</td></tr>
 * </table>
 *
 * <p>A parameter that a model does not have is absent. Weights of norms are what the normalised
 * value is multiplied by: Gemma's 1 + w is stored as one number.
 */
public final class ModelWeights implements AutoCloseable {
  private final ModelConfig config;
  private final NDManager manager;
  private final Map<String, NDArray> arrays;

  private ModelWeights(ModelConfig config, NDManager manager, Map<String, NDArray> arrays) {
    this.config = config;
    this.manager = manager;
    this.arrays = Collections.unmodifiableMap(arrays);
  }

  /**
   * Loads a folder's parameters. Beside their own memory (4 bytes an element) a few megabytes are
   * used.
   *
   * @param parent gives the device; the arrays belong to a child of it and are freed by {@link
   *     #close}
   * @throws InputException if a tensor is missing, not known, or of another shape than config.json
   *     implies
   */
  public static ModelWeights load(ModelFiles files, NDManager parent) {
    NDManager manager = null;
    try (StoredTensors stored = StoredTensors.open(files)) {
      manager = parent.newSubManager();
      ParameterLoader loader = new ParameterLoader(stored, manager);
      Map<String, NDArray> arrays = new LinkedHashMap<>();
      for (Parameter parameter : files.blueprint().parameters()) {
        NDArray array = loader.load(parameter);
        array.setName(parameter.name());
        arrays.put(parameter.name(), array);
      }
      files
          .blueprint()
          .shared()
          .forEach((name, original) -> arrays.put(name, arrays.get(original)));
      ModelWeights weights = new ModelWeights(files.config(), manager, arrays);
      manager = null;
      return weights;
    } finally {
      if (manager != null) {
        manager.close();
      }
    }
  }

  /**
   * Checks what {@link #load} checks, from the headers of the files alone: no weight is read.
   *
   * @throws InputException as {@link #load} does
   */
  public static void check(ModelFiles files) {
    StoredTensors.open(files).close();
  }

  /** What the model is. */
  public ModelConfig config() {
    return config;
  }

  /** Names of all parameters there are. */
  public Set<String> names() {
    return arrays.keySet();
  }

  /**
   * The parameter of that name, or empty if the model has none. The array belongs to this object.
   */
  public Optional<NDArray> find(String name) {
    return Optional.ofNullable(arrays.get(name));
  }

  /**
   * The parameter of that name.
   *
   * @throws IllegalArgumentException if the model has none
   */
  public NDArray get(String name) {
    return find(name)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "a %s model has no parameter '%s'".formatted(config.family(), name)));
  }

  /** Elements of all parameters; tied ones count once. */
  public long parameterCount() {
    return arrays.values().stream()
        .collect(Collectors.toMap(NDArray::getUid, NDArray::size, (size, same) -> size))
        .values()
        .stream()
        .mapToLong(Long::longValue)
        .sum();
  }

  /**
   * Refuses weights of which nothing but NaN could be computed.
   *
   * @throws InputException naming a parameter with an entry that is NaN or infinite
   */
  public void requireFinite() {
    arrays.forEach(
        (name, array) -> {
          // Both extremes are NaN where an entry is.
          try (NDArray least = array.min();
              NDArray most = array.max()) {
            for (float extreme : new float[] {least.toFloatArray()[0], most.toFloatArray()[0]}) {
              if (!Float.isFinite(extreme)) {
                throw new InputException(
                    "parameter %s has an entry %s, expected finite numbers"
                        .formatted(name, extreme));
              }
            }
          }
        });
  }

  /** Frees the parameters' memory. */
  @Override
  public void close() {
    manager.close();
  }
}
