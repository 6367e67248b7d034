/**
 * Trains small decoders of the toy family from tokens: attention alone or with MLPs, with or
 * without norms, biases, positions, tied or not, the GPT-2 layout among them.
 *
 * <p>Start at {@link dev.microtome.training.Trainer}; {@link
 * dev.microtome.training.TrainingSettings} is the recipe, {@link
 * dev.microtome.training.TokenMixture} where batches come from, {@link
 * dev.microtome.training.CheckpointSchedule} when to keep a model.
 *
 * <p><b>How gradients are computed.</b> DJL allows one collector of gradients a process, which
 * would leave all cores but one idle. Here forward pass, loss and backward pass are one scripted
 * method, {@code gradients.py}, that switches libtorch's autograd on for the calling thread: the
 * tape belongs to the call, so any number of trainings, and of pieces of one batch, run side by
 * side in a process. The unembedding and the loss, whose activations are the largest, are
 * differentiated in closed form over a few rows at a time. Everything else in closed form would be
 * a second copy of each switch's arithmetic for the same matrix products; processes would each hold
 * a JVM and a libtorch.
 *
 * <p>Tokens a second on two cores, median of three runs beside PyTorch 2.15 on the same work
 * ({@code .bench/run.sh training}): attention only, one thread 46,200 against 40,900, two threads
 * 92,200 against 72,900; with MLPs 6,410 against 6,000, and 12,500 against 11,600. Two models of
 * one thread each: 91,300 and 12,600 together.
 *
 * <p><b>What is reproducible.</b> Initial weights, batches and learning rates are functions of the
 * seed and the step. A batch is cut into a fixed number of pieces, whose gradients are added in
 * their order, so that the weights are the same to the last bit for any number of threads, and for
 * a run that was interrupted; on one kind of processor, as libtorch chooses its kernels by it.
 */
package dev.microtome.training;
