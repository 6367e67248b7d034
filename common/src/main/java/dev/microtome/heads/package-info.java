/**
 * What single heads do and what they are for (Olsson et al. 2022, "In-context Learning and
 * Induction Heads"): scores of every head on repeated random tokens, the in-context-learning score
 * of a model, and how both losses change when heads are knocked out.
 *
 * <p>Start with {@link dev.microtome.heads.HeadScores}; {@link dev.microtome.heads.HeadKnockout}
 * runs a model without heads, {@link dev.microtome.heads.PositionLosses} says what that costs.
 */
package dev.microtome.heads;
