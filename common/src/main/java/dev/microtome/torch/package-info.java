/**
 * Runs text of ours in libtorch: a resource in TorchScript's serialised dialect becomes a module in
 * memory, its methods calls from Java with any of libtorch's operators at hand.
 *
 * <p>Start at {@link dev.microtome.torch.TorchScript}. The texts lie beside the classes that give
 * them types: {@code model.Kernels}, {@code optim.OptimizerKernels}, {@code
 * training.GradientScript}.
 */
package dev.microtome.torch;
