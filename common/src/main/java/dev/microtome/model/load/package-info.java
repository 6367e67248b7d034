/**
 * What do the files of a Hugging Face model folder say? Safetensors and config.json in, one
 * configuration and one parameter layout out, the same for every family. Nothing in the files is
 * executed, and nothing they claim is believed before it is checked.
 *
 * <p>Start at {@link dev.microtome.model.load.ModelFiles} and {@link
 * dev.microtome.model.load.ModelWeights}; for writing, at {@link
 * dev.microtome.model.load.ToyConfig}, {@link dev.microtome.model.load.ToyFiles} and {@link
 * dev.microtome.model.load.Gpt2Files}. A family is a class like {@code Gpt2}, listed in {@code
 * Architectures}. Follows the safetensors format and transformers' configuration classes.
 */
package dev.microtome.model.load;
