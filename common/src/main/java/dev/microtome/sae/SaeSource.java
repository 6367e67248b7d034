package dev.microtome.sae;

import dev.microtome.model.ModelIdentity;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Which activations an SAE is made for, as far as its folder says.
 *
 * @param model name of the model
 * @param modelSha256 digest of that model's files, as {@link ModelIdentity} has it
 * @param hook address of what is encoded
 * @param outputHook address of what is rebuilt, where it is another
 * @param contextSize tokens of a training sequence at most
 * @param prependBos whether training sequences began with BOS
 * @param architecture what was trained, such as {@code batchtopk}, where the form is another
 */
public record SaeSource(
    Optional<String> model,
    Optional<String> modelSha256,
    Optional<String> hook,
    Optional<String> outputHook,
    OptionalInt contextSize,
    Optional<Boolean> prependBos,
    Optional<String> architecture) {

  /** Nothing is known. */
  public static final SaeSource UNKNOWN =
      new SaeSource(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          OptionalInt.empty(),
          Optional.empty(),
          Optional.empty());

  /** An autoencoder of one hook of a model. */
  public static SaeSource of(String model, String hook) {
    return new SaeSource(
        Optional.of(model),
        Optional.empty(),
        Optional.of(hook),
        Optional.empty(),
        OptionalInt.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** The same, rebuilding another hook's activation. */
  public SaeSource to(String newOutputHook) {
    return new SaeSource(
        model,
        modelSha256,
        hook,
        Optional.of(newOutputHook),
        contextSize,
        prependBos,
        architecture);
  }

  /** The same, trained as that architecture. */
  public SaeSource trainedAs(String newArchitecture) {
    return new SaeSource(
        model,
        modelSha256,
        hook,
        outputHook,
        contextSize,
        prependBos,
        Optional.of(newArchitecture));
  }

  /** The model where its digest is known; empty where the folder has at most a name. */
  public Optional<ModelIdentity> identity() {
    return modelSha256.map(
        digest -> new ModelIdentity(model.orElse("without a name"), /* checkpoint= */ "", digest));
  }
}
