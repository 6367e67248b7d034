/**
 * Probes: what can be read from activations by a small model, linear or not? Logistic regressions
 * with a ridge, means of classes, small networks, contrast-consistent search (Burns et al. 2022),
 * ridge regressions of numbers, with what their scores are worth (baselines, intervals, control
 * labels after Hewitt and Liang 2019); and the erasures that are made of probes: INLP (Ravfogel et
 * al. 2020) and RLACE (Ravfogel et al. 2022).
 *
 * <p>Start with {@link dev.microtome.probing.LogisticFitter}, fed {@link
 * dev.microtome.probing.ProbeRows}. First and second moments (means of classes, regressions) are
 * {@link dev.microtome.stats.Moments}, which merge over rows of any number; probes that need many
 * passes are fitted to a capped sample of the rows, or by {@link dev.microtome.probing.HookFit} to
 * all of them, wherever they are.
 */
package dev.microtome.probing;
