package dev.microtome.model.load;

/**
 * One family of Hugging Face models: how its config.json and its tensor names are to be read. A new
 * family is one class and one line in {@link Architectures}.
 */
interface Architecture {
  /** The {@code model_type} of its config.json. */
  String modelType();

  /**
   * Turns config.json into a description and a list of parameters. Every key that may change the
   * numbers is read here; {@link Architectures} refuses the ones left over that are not in {@link
   * #harmlessKeys}.
   *
   * @throws dev.microtome.run.InputException if a key has a value that is not supported, naming it
   */
  Blueprint blueprint(ConfigJson json);

  /** Keys that this family's files may carry without changing the forward pass. */
  default KnownKeys harmlessKeys() {
    return KnownKeys.COMMON;
  }

  /**
   * The name {@link #blueprint} uses for a tensor, whatever wrapper or older name it was stored
   * under.
   */
  String modernName(String tensor);

  /**
   * Whether a tensor (under its modern name) is a mask, a rotary table or a head that a language
   * model does not use.
   */
  boolean ignores(String tensor);
}
