package dev.microtome.jobs.saes;

import dev.microtome.config.ConfigException;
import dev.microtome.config.Option;
import dev.microtome.sae.training.OuterOptimizer;
import java.io.Serializable;

/**
 * How several workers train one SAE: keys of the group {@code rounds}.
 *
 * <p>The published momentum of 0.9 (DiLoCo) is one for language models over many rounds. Each
 * worker takes fewer steps than one alone would, so that at the same learning rate less of the way
 * is gone: two workers that start from the same weights and read alike rows go the same way side by
 * side. That, and not thresholds or dead features, is what they lost: they end as one worker does
 * when each step is as many times longer as there are workers, as a step by so many batches is.
 *
 * <p>Loss of two workers beside one's, by Adam, three dictionaries each; (a) 128 features of 64
 * directions in 32 dimensions, rounds of 25 steps, 1,500 batches of 200 rows; (b) 256 of 192 in 64,
 * rounds of 50, 1,600 batches of 256 rows:
 *
 * <ul>
 *   <li>BatchTopK: (a) −2.3% to −0.3%, with lr-growth = 0 5.4% to 10.1%; (b) −11.1% to −4.3%
 *   <li>ReLU with L1: (a) 0.2% to 0.3%, with 0 6.5% to 7.2%; (b) 0.3% to 1.2%
 *   <li>TopK: (a) −1.3% to 2.4%, with momentum 0.4% to 2.7%; (b) −2.7% to −2.0%
 * </ul>
 */
record RoundSettings(
    @Option(doc = "steps of each worker between two averages", orElse = "125") long steps,
    @Option(
            doc =
                "what the workers' mean change is multiplied by; 1 without momentum is their mean, which workers of signum and of topk take whatever is here",
            orElse = "0.7")
        double outerLr,
    @Option(doc = "Nesterov momentum of that change", orElse = "0.5") double outerMomentum,
    @Option(
            doc =
                "adam's learning rate is multiplied by the number of workers to this power, signum's by that number",
            orElse = "1")
        double lrGrowth)
    implements Serializable {

  RoundSettings {
    if (steps < 1) {
      throw new ConfigException("steps", steps, "must be at least 1");
    }
    if (!(outerLr > 0 && Double.isFinite(outerLr))) {
      throw new ConfigException("outer-lr", outerLr, "must be a number above 0");
    }
    if (!(outerMomentum >= 0 && outerMomentum < 1)) {
      throw new ConfigException("outer-momentum", outerMomentum, "must be at least 0 and below 1");
    }
    if (!(lrGrowth >= 0 && lrGrowth <= 1)) {
      throw new ConfigException("lr-growth", lrGrowth, "must be from 0 to 1");
    }
  }

  /** What a worker's learning rate is multiplied by. */
  double learningRateFactor(SaeSettings.OptimizerKey optimizer, int workers) {
    return Math.pow(workers, optimizer == SaeSettings.OptimizerKey.SIGNUM ? 1 : lrGrowth);
  }

  OuterOptimizer optimizer() {
    return new OuterOptimizer(outerLr, outerMomentum);
  }
}
