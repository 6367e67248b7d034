/**
 * Concept erasure: which map removes a concept from activations, so that no linear probe finds it,
 * and moves them least? Follows LEACE (Belrose et al. 2023).
 *
 * <p>Start with {@link dev.microtome.erasure.LeaceFitter}: it is fed activations with their labels,
 * a part at a time, and gives a {@link dev.microtome.erasure.LeaceEraser}.
 */
package dev.microtome.erasure;
