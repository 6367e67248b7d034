package dev.microtome.jobs.erase;

import dev.microtome.activations.ActivationArrayRow;
import dev.microtome.erasure.ConceptTargets;
import dev.microtome.erasure.LabelledErasure;
import dev.microtome.jobs.PartContext;
import dev.microtome.jobs.PartTask;
import dev.microtome.jobs.labels.ActivationSource;
import dev.microtome.jobs.labels.LabelledReader;
import dev.microtome.jobs.labels.LabelledSlices;
import dev.microtome.jobs.labels.Unlabelled;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Erases a concept from a part of the activations by erasers that must be told each label.
 *
 * @param erase what is erased, and how rows are written
 */
record LabelledEraseTask(EraseTask erase, LabelledReader reader, Unlabelled unlabelled)
    implements PartTask<LabelledSlices> {

  /** Rows of a hook point, and how its eraser names labels. */
  private record Hook(ConceptTargets targets, ConceptTargets.Encoder encoder, HookRows rows) {}

  @Override
  public long run(LabelledSlices part, PartContext context) throws IOException {
    Map<String, Hook> hooks = new LinkedHashMap<>();
    try {
      long rows =
          reader.forEach(
              part,
              context,
              (row, token, values) -> add(row, token, values.get(0), hooks, context));
      for (Hook hook : hooks.values()) {
        hook.rows().flush();
      }
      return rows;
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } finally {
      for (Hook hook : hooks.values()) {
        hook.rows().close();
      }
    }
  }

  private void add(
      ActivationSource.ArrayRow row,
      int token,
      List<String> values,
      Map<String, Hook> hooks,
      PartContext context) {
    if (values == null && unlabelled == Unlabelled.SKIP) {
      return;
    }
    try {
      Hook hook = hooks.get(row.hook());
      if (hook == null) {
        hook = open(row, context);
        hooks.put(row.hook(), hook);
      }
      List<String> label = unlabelled.label(values, hook.targets());
      // Refused here, where the row is known, and not with a batch
      double[] unused = hook.encoder().targets(label);
      hook.rows()
          .add(
              new ActivationArrayRow(
                  row.hook(), row.sequenceId(), row.position(), token, row.activation()),
              label);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Hook open(ActivationSource.ArrayRow first, PartContext context) throws IOException {
    int width = first.activation().length;
    LabelledErasure erasure =
        erase.erasers().labelled(first.hook(), erase.concept(), width, context.models());
    return new Hook(
        erasure.targets(),
        erasure.targets().encoder(),
        new HookRows(width, erasure::apply, erase.writer(first.hook(), context)));
  }
}
