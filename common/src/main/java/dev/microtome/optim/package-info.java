/**
 * How a gradient changes parameters: AdamW, Adam, SGD with Nesterov's momentum, clipping by the
 * norm, and learning rates over a run. Each is torch's to the last digits of float64 (golden
 * tests).
 *
 * <p>Start at {@link dev.microtome.optim.Optimizer} for the rules, {@link
 * dev.microtome.optim.OptimizerState} for the sums a run carries along, {@link
 * dev.microtome.optim.LearningRate} for the schedule. Papers: Kingma and Ba 2015 (Adam), Reddi et
 * al. 2018 (AMSGrad), Loshchilov and Hutter 2019 (AdamW), Sutskever et al. 2013 (Nesterov), Pascanu
 * et al. 2013 (clipping).
 */
package dev.microtome.optim;
