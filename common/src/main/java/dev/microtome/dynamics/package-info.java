/**
 * How a model changes while it is trained: the losses of the same tokens under its checkpoints.
 *
 * <p>Follows Olsson et al. (2022), In-context Learning and Induction Heads, whose per-token losses
 * place every checkpoint of a model in one space. Start with {@link
 * dev.microtome.dynamics.SequenceLosses}; {@link dev.microtome.dynamics.LossColumns} puts the
 * losses of a token side by side.
 */
package dev.microtome.dynamics;
