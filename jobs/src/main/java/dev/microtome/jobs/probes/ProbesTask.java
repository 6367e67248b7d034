package dev.microtome.jobs.probes;

import dev.microtome.jobs.PartContext;
import dev.microtome.jobs.PartTask;
import dev.microtome.model.Torch;
import dev.microtome.probing.HookFit;
import dev.microtome.probing.ProbeSettings;
import dev.microtome.probing.ProbeTrainer;
import java.io.IOException;
import java.util.List;

/** Fits and scores the probes of a hook point. */
record ProbesTask(HookExamples examples, ProbeSettings settings, ProbeTrainer.Control control)
    implements PartTask<HookPart> {

  @Override
  public long run(HookPart part, PartContext context) throws IOException {
    Torch.threads(context.cores());
    ProbeTrainer trainer = new ProbeTrainer(settings);
    HookProbes probes = new HookProbes(part.hook(), context);
    examples.forEach(
        part,
        context,
        (concept, train, test) -> {
          List<ProbeTrainer.Classifier> classifiers =
              concept.isReal()
                  ? List.of()
                  : trainer.classifiers(train, test, concept.targets().names(), control);
          List<ProbeTrainer.Regression> regressions =
              concept.isReal()
                  ? List.of(trainer.regression(train, test, concept.targets().names()))
                  : List.of();
          probes.write(
              new HookFit.Fitted(
                  concept.concept(), train.rows(), test.rows(), classifiers, regressions));
        });
    probes.finish();
    return examples.concepts().size();
  }
}
