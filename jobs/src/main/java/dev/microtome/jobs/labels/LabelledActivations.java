package dev.microtome.jobs.labels;

import dev.microtome.erasure.ConceptTargets;
import dev.microtome.jobs.Inputs;
import dev.microtome.jobs.JobContext;
import dev.microtome.jobs.Plan;
import dev.microtome.jobs.TableInput;
import dev.microtome.jobs.inputs.TokenSlices;
import dev.microtome.model.ModelIdentity;
import dev.microtome.run.InputException;
import dev.microtome.run.RejectedContentException;
import dev.microtome.table.RowReader;
import dev.microtome.table.TableSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What jobs over activations with labels do first and in the same way. */
public final class LabelledActivations {
  private LabelledActivations() {}

  /**
   * Opens activations and labels and cuts them into parts.
   *
   * @throws InputException if they cannot be used
   */
  public static Plan<LabelledPart> plan(LabelSource source, int rowsPerPart, Inputs inputs) {
    ActivationSource.Opened activations = ActivationSource.open(source.activations(), inputs);
    if (activations.table().rows() == 0) {
      throw new InputException("activations: %s has no rows".formatted(source.activations()));
    }
    try {
      LabelTable.Opened labels = LabelTable.open(source, activations.table(), inputs);
      boolean beside = labels.labels().layout() == LabelTable.Layout.ACTIVATIONS;
      List<LabelledPart> parts = new ArrayList<>();
      for (LabelledSlices part :
          new LabelledParts(inputs.tables())
              .cut(
                  activations.table().files(),
                  beside ? List.of() : labels.table().files(),
                  rowsPerPart)) {
        parts.add(
            new LabelledPart(
                part,
                activations.encoding(),
                ModelIdentity.of(activations.table().metadata()).orElse(null),
                labels.labels(),
                labels.table().files(),
                /* erasers= */ null));
      }
      return new Plan<>(parts, "activations", activations.table().rows(), -1, -1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What a stage over activations with labels reads, and how. */
  public record Joined(Plan<LabelledSlices> plan, LabelledReader reader) {}

  /**
   * The plan without what all parts share, which the reader holds. Labels that parts would read
   * again and again are put in ranges of sequences before, by a stage of its own.
   *
   * @param hooks hook points to read; empty: all
   */
  public static Joined join(Plan<LabelledPart> plan, List<String> hooks, JobContext context) {
    LabelledPart shared = plan.parts().get(0);
    List<LabelledSlices> parts = plan.parts().stream().map(LabelledPart::part).toList();
    LabelRanges.Found labels =
        LabelRanges.find(
            shared.labels(),
            shared.labelFiles(),
            parts.stream().map(LabelledSlices::sequences).toList(),
            parts.stream().map(LabelledSlices::labels).toList(),
            context);
    List<LabelledSlices> joined = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      LabelledSlices part = parts.get(i);
      joined.add(new LabelledSlices(part.activations(), part.sequences(), labels.byPart().get(i)));
    }
    return new Joined(
        new Plan<>(joined, plan.unit(), plan.totalUnits(), -1, -1),
        new LabelledReader(shared.encoding(), labels.labels(), hooks));
  }

  /**
   * Numbers of the widest activation, as far as the table says its shapes; else of the first.
   *
   * @param hooks those that are read; all if empty
   */
  public static int width(
      LabelSource source, List<String> hooks, Plan<LabelledPart> plan, Inputs inputs) {
    ActivationSource.Opened activations = ActivationSource.open(source.activations(), inputs);
    Map<String, Integer> widths = ActivationShapes.widths(activations.table().metadata());
    return widths.entrySet().stream()
        .filter(entry -> hooks.isEmpty() || hooks.contains(entry.getKey()))
        .mapToInt(Map.Entry::getValue)
        .max()
        .orElseGet(() -> firstWidth(plan.parts().get(0), inputs));
  }

  private static int firstWidth(LabelledPart part, Inputs inputs) {
    TokenSlices.Slice first = part.part().activations().slices().get(0);
    try (RowReader<ActivationSource.ArrayRow> rows =
        part.encoding().read(inputs.tables(), first.path(), first.from(), first.from() + 1)) {
      return rows.next().activation().length;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The hook point of a part's first activation. */
  public static String firstHook(LabelledPart part, Inputs inputs) throws IOException {
    TokenSlices.Slice first = part.part().activations().slices().get(0);
    try (RowReader<LabelTables.HookRow> rows =
        inputs
            .tables()
            .read(first.path(), LabelTables.HookRow.class, first.from(), first.from() + 1)) {
      return rows.next().hook();
    }
  }

  /** The stage that counts the labels of each class. */
  public static LabelCensus census(LabelledPart shared, Unlabelled unlabelled, JobContext context)
      throws IOException {
    return LabelCensus.take(shared.labels(), shared.labelFiles(), unlabelled, context);
  }

  /**
   * A stage that counts labels whatever their values, such as names of which there are as many as
   * labels: those of each concept; empty where labels stand beside the activations.
   */
  public static Map<String, Long> labelCounts(LabelledPart shared, JobContext context)
      throws IOException {
    return shared.labels().layout() == LabelTable.Layout.ACTIVATIONS
        ? Map.of()
        : LabelCensus.count(shared.labels(), shared.labelFiles(), context);
  }

  /** Labels of each concept; empty where labels stand beside the activations. */
  public static Map<String, Long> labelCounts(LabelledPart shared, LabelCensus census) {
    Map<String, Long> labels = new HashMap<>();
    if (shared.labels().layout() != LabelTable.Layout.ACTIVATIONS) {
      for (ConceptTargets target : census.targets()) {
        labels.put(target.concept(), census.labels(target.concept()));
      }
    }
    return labels;
  }

  /**
   * The files that parts have written of each hook point, each file of one, in the order of the
   * parts.
   *
   * @param table with a column {@code hook}
   * @param wanted hook points that must be there; none in particular if empty
   * @param activations where they were looked for
   */
  public static Map<String, List<String>> filesByHook(
      TableSpec<?> table, List<String> wanted, Object activations, JobContext context)
      throws IOException {
    Map<String, List<String>> files = new LinkedHashMap<>();
    for (TableInput.TableFile file : context.written(table).files()) {
      try (RowReader<LabelTables.HookRow> rows =
          context.tables().read(file.path(), LabelTables.HookRow.class, 0, 1)) {
        files.computeIfAbsent(rows.next().hook(), unused -> new ArrayList<>()).add(file.path());
      }
    }
    requireHooks(wanted, files.keySet(), activations);
    return files;
  }

  /**
   * Requires that there were activations of hook points.
   *
   * @param activations where they were looked for
   */
  public static void requireHooks(List<String> wanted, Set<String> found, Object activations) {
    for (String hook : wanted) {
      if (!found.contains(hook)) {
        throw new RejectedContentException(
            "hooks: no activation in %s is of %s".formatted(activations, hook));
      }
    }
  }
}
