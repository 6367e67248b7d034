package dev.microtome.jobs.probes;

import dev.microtome.erasure.EraserSettings;
import dev.microtome.erasure.LeaceEraser;
import dev.microtome.erasure.LeaceFitter;
import dev.microtome.jobs.PartContext;
import dev.microtome.jobs.PartTask;
import dev.microtome.jobs.inputs.EraserFolder;
import dev.microtome.linalg.FactoredMatrix;
import dev.microtome.model.Torch;
import dev.microtome.probing.AdversarialProjection;
import dev.microtome.probing.ClassDistanceRow;
import dev.microtome.probing.ClassMeans;
import dev.microtome.probing.ErasedExamples;
import dev.microtome.probing.ErasedExamples.Projection;
import dev.microtome.probing.ErasureProbeRow;
import dev.microtome.probing.Examples;
import dev.microtome.probing.NullSpaceProjection;
import dev.microtome.probing.ProbeTrainer;
import dev.microtome.stats.Moments;
import dev.microtome.table.RowWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Compares the erasers of a hook point's concepts.
 *
 * @param erasers those given; null: none
 */
record EvaluateTask(HookExamples examples, EraserFolder erasers, ErasureSettings settings)
    implements PartTask<HookPart> {

  @Override
  public long run(HookPart part, PartContext context) throws IOException {
    Torch.threads(context.cores());
    ProbeTrainer trainer = new ProbeTrainer(settings.probes());
    try (RowWriter<ErasureProbeRow> probes = context.writer(ErasureProbeRow.TABLE, part.hook());
        RowWriter<ClassDistanceRow> distances =
            context.writer(ClassDistanceRow.TABLE, part.hook())) {
      examples.forEach(
          part,
          context,
          (concept, train, test) -> {
            List<String> names = concept.targets().names();
            double orthogonal = Double.NaN;
            for (Projection projection : projections(part.hook(), concept, train, context)) {
              try (ErasedExamples erased =
                  ErasedExamples.of(projection, train, test, names.size())) {
                if (projection.name().equals("orthogonal")) {
                  orthogonal = erased.squaredDistance();
                }
                for (ProbeTrainer.Classifier fitted : erased.probes(trainer, names)) {
                  probes.write(
                      ErasureProbeRow.of(part.hook(), concept.name(), erased, fitted, orthogonal));
                }
                List<ErasedExamples.ClassDistance> byClass = erased.classDistances();
                for (int i = 0; i < names.size(); i++) {
                  distances.write(
                      ClassDistanceRow.of(
                          part.hook(),
                          concept.name(),
                          projection.name(),
                          names.get(i),
                          byClass.get(i)));
                }
              }
            }
          });
    }
    return examples.concepts().size();
  }

  /** The orthogonal one first, by whose distance the others are measured. */
  private List<Projection> projections(
      String hook, ConceptColumns concept, Examples train, PartContext context) throws IOException {
    int classes = concept.targets().names().size();
    int d = train.x().columns();
    Moments moments = train.classMoments(classes);
    LeaceEraser leace = LeaceFitter.of(d, moments).eraser(EraserSettings.leace().ofFloat32());
    List<Projection> all = new ArrayList<>();
    if (settings.kinds().contains(ErasureKind.ORTHOGONAL)) {
      all.add(of("orthogonal", LeaceFitter.of(d, moments).eraser(EraserSettings.orthogonal())));
    }
    all.add(Projection.none(d));
    if (erasers != null) {
      all.add(of("given", erasers.read(hook, concept.name(), d, context.models())));
    }
    for (ErasureKind kind : settings.kinds()) {
      switch (kind) {
        case ORTHOGONAL -> {}
        case LEACE -> all.add(of("leace", leace));
        case MEAN -> all.add(Projection.largestClassMean(ClassMeans.of(moments, d)));
        case INLP -> {
          List<NullSpaceProjection.Round> rounds =
              NullSpaceProjection.rounds(
                  train.x(), train.labels(), classes, settings.inlpRounds(), 1);
          all.add(new Projection("inlp", rounds.get(rounds.size() - 1).removed(), new double[d]));
        }
        case RLACE -> all.add(rlace(train, classes, leace.rank()));
      }
    }
    return all;
  }

  private Projection rlace(Examples train, int classes, int leaceRank) {
    int rank = settings.rlaceRank() == 0 ? leaceRank : settings.rlaceRank();
    if (rank == 0) {
      return Projection.none(train.x().columns()).named("rlace");
    }
    AdversarialProjection.Found found =
        AdversarialProjection.play(
            train.x(),
            train.labels(),
            classes,
            AdversarialProjection.Settings.ofRank(rank).withIterations(settings.rlaceIterations()),
            settings.probes().split().seed());
    return new Projection("rlace", found.removed(), found.mean());
  }

  private static Projection of(String name, LeaceEraser eraser) {
    return new Projection(name, new FactoredMatrix(eraser.left(), eraser.right()), eraser.bias());
  }
}
