package dev.microtome.jobs.erase;

import com.google.auto.service.AutoService;
import dev.microtome.activations.ActivationArrayRow;
import dev.microtome.activations.ActivationCodec;
import dev.microtome.activations.ActivationRow;
import dev.microtome.config.ConfigException;
import dev.microtome.jobs.Inputs;
import dev.microtome.jobs.Job;
import dev.microtome.jobs.JobContext;
import dev.microtome.jobs.Plan;
import dev.microtome.jobs.TableInput;
import dev.microtome.jobs.TaskMemory;
import dev.microtome.jobs.inputs.EraserFolder;
import dev.microtome.jobs.inputs.TokenSlices;
import dev.microtome.jobs.labels.ActivationShapes;
import dev.microtome.jobs.labels.LabelSource;
import dev.microtome.jobs.labels.LabelledActivations;
import dev.microtome.jobs.labels.LabelledPart;
import dev.microtome.jobs.labels.Unlabelled;
import dev.microtome.model.ModelIdentity;
import dev.microtome.run.InputException;
import dev.microtome.run.RejectedContentException;
import dev.microtome.table.RowReader;
import dev.microtome.table.TableSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Erases a concept from stored activations: the same table without what its erasers remove.
 *
 * <p>Reads a table {@code activations} and the erasers of {@code fit-leace}. Writes {@code
 * activations}, row for row, in the encoding they had; columns that {@code collect-activations}
 * does not write are left out. Erasers that must be told the label of each activation (oracle,
 * quadratic) take the labels as {@code fit-leace} does.
 *
 * <pre>{@code
 * spark-submit microtome.jar erase --config conf/jobs/erase.conf \
 *   --set activations=runs/activations --set erasers=runs/erasers --set concept=gender --output runs/erased
 * }</pre>
 */
@SuppressWarnings("rawtypes") // AutoService names the interface by its class
@AutoService(Job.class)
public final class Erase implements Job<EraseConfig, ErasePart> {
  private static final String DOC =
      "One activation vector without the concept. The type of activation is that of the table it comes from.";

  static final TableSpec<ActivationRow> BINARY =
      TableSpec.of("activations", ActivationRow.class, DOC);

  static final TableSpec<ActivationArrayRow> ARRAY =
      TableSpec.of("activations", ActivationArrayRow.class, DOC);

  @Override
  public String name() {
    return "erase";
  }

  @Override
  public String summary() {
    return "Erase a concept from stored activations";
  }

  @Override
  public Class<EraseConfig> configType() {
    return EraseConfig.class;
  }

  @Override
  public List<TableSpec<?>> tables() {
    return List.of(BINARY, ARRAY);
  }

  @Override
  public Plan<ErasePart> plan(EraseConfig config, Inputs inputs) {
    try {
      Optional<TableInput> binary = binary(config, inputs);
      TableInput table =
          binary.isPresent()
              ? binary.get()
              : inputs.table(config.activations(), "activations", ActivationArrayRow.class);
      TableInput.TableFile file =
          table.files().stream()
              .filter(each -> each.rows() > 0)
              .findFirst()
              .orElseThrow(
                  () ->
                      new InputException(
                          "activations: %s has no rows".formatted(config.activations())));
      List<String> hooks = hooks(config, table, file, inputs);
      String hook = hooks.get(0);
      EraserFolder erasers = erasers(hooks, config, table, inputs);
      requireAll(hooks, erasers, config);
      boolean labelled = erasers.labelled(hook, config.concept(), inputs).isPresent();
      for (String each : hooks) {
        if (erasers.labelled(each, config.concept(), inputs).isPresent() != labelled) {
          throw new InputException(
              "erasers %s: those of %s and %s must be applied apart, for one alone needs labels"
                  .formatted(config.erasers(), hook, each));
        }
      }
      EraseTask task =
          new EraseTask(
              erasers,
              config.concept(),
              config.hooks(),
              binary.isPresent() ? codec(table, config) : null,
              table.metadata());
      List<ErasePart> parts =
          labelled
              ? labelledParts(task, config, inputs)
              : TokenSlices.cut(table.files(), config.rowsPerPart()).stream()
                  .map(rows -> new ErasePart(task, rows, null))
                  .toList();
      if (!labelled) {
        requireNoLabels(config);
      }
      long bytes = table.files().stream().mapToLong(TableInput.TableFile::bytes).sum();
      return new Plan<>(parts, "activations", table.rows(), table.rows(), bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Those of the first hook point that there are any of. */
  private static EraserFolder erasers(
      List<String> hooks, EraseConfig config, TableInput table, Inputs inputs) {
    Optional<ModelIdentity> model =
        config.acceptOtherModel() ? Optional.empty() : ModelIdentity.of(table.metadata());
    InputException none = null;
    for (String hook : hooks) {
      try {
        return EraserFolder.open(config.erasers(), hook, model, inputs);
      } catch (InputException e) {
        none = none == null ? e : none;
      }
    }
    throw none;
  }

  private static void requireAll(List<String> hooks, EraserFolder erasers, EraseConfig config) {
    List<String> missing = hooks.stream().filter(hook -> !erasers.hooks().contains(hook)).toList();
    if (!missing.isEmpty()) {
      throw new InputException(
          "erasers %s: none is of %s; hooks = %s writes those that there are erasers of"
              .formatted(config.erasers(), String.join(", ", missing), erasers.hooks()));
    }
  }

  private static List<ErasePart> labelledParts(EraseTask task, EraseConfig config, Inputs inputs) {
    LabelSource source =
        new LabelSource(
            config.activations(), config.labels(), List.of(config.concept()), List.of());
    return LabelledActivations.plan(source, config.rowsPerPart(), inputs).parts().stream()
        .map(part -> new ErasePart(task, part.part().activations(), part))
        .toList();
  }

  private static void requireNoLabels(EraseConfig config) {
    if (config.labels().isPresent()) {
      throw new ConfigException(
          "labels", config.labels().get(), "is for erasers that need labels; these do not");
    }
    if (config.unlabelled() == Unlabelled.CLASS) {
      throw new ConfigException(
          "unlabelled", "class", "is for erasers that need labels; these do not");
    }
  }

  private static Optional<TableInput> binary(EraseConfig config, Inputs inputs) {
    try {
      return Optional.of(inputs.table(config.activations(), "activations", ActivationRow.class));
    } catch (InputException arraysOrNoTable) {
      // The other encoding may fit; if it does not, its message tells.
      return Optional.empty();
    }
  }

  private static ActivationCodec codec(TableInput table, EraseConfig config) {
    String dtype = table.metadata().get("dtype");
    return Arrays.stream(ActivationCodec.values())
        .filter(codec -> codec.dtype().equals(dtype))
        .findFirst()
        .orElseThrow(
            () ->
                new InputException(
                    "Table %s: its metadata has dtype %s, expected float32 or bfloat16"
                        .formatted(config.activations(), dtype)));
  }

  /**
   * The hook points to write as far as they are known before the rows are read: those of the
   * metadata, or that of the first row.
   */
  private static List<String> hooks(
      EraseConfig config, TableInput table, TableInput.TableFile file, Inputs inputs)
      throws IOException {
    if (!config.hooks().isEmpty()) {
      return config.hooks();
    }
    Collection<String> known = ActivationShapes.widths(table.metadata()).keySet();
    return known.isEmpty() ? List.of(firstHook(file, inputs)) : List.copyOf(known);
  }

  private static String firstHook(TableInput.TableFile file, Inputs inputs) throws IOException {
    try (RowReader<EraseTask.HookRow> rows =
        inputs.tables().read(file.path(), EraseTask.HookRow.class, 0, 1)) {
      return rows.next().hook();
    }
  }

  @Override
  public TaskMemory memory(EraseConfig config, Plan<ErasePart> plan, Inputs inputs) {
    ErasePart first = plan.parts().get(0);
    List<String> hooks = first.task().hooks();
    Map<String, Integer> widths = new TreeMap<>(ActivationShapes.widths(first.task().metadata()));
    if (!hooks.isEmpty()) {
      widths.keySet().retainAll(hooks);
    }
    long rows =
        2L
            * widths.values().stream().mapToLong(Integer::longValue).sum()
            * HookRows.BATCH_ROWS
            * Float.BYTES;
    if (first.labelled() != null) {
      return labelledMemory(first, hooks.isEmpty() ? widths.keySet() : hooks, rows, inputs);
    }
    return rows == 0
        ? TaskMemory.steady("%,d activations of a hook point".formatted(HookRows.BATCH_ROWS))
        : new TaskMemory(
            rows,
            "%,d activations of each hook point, before and after".formatted(HookRows.BATCH_ROWS));
  }

  private static TaskMemory labelledMemory(
      ErasePart first, Collection<String> hooks, long rows, Inputs inputs) {
    try {
      Collection<String> known =
          hooks.isEmpty()
              ? List.of(LabelledActivations.firstHook(first.labelled(), inputs))
              : hooks;
      long numbers = 0;
      for (String hook : known) {
        numbers +=
            first
                .task()
                .erasers()
                .labelled(hook, first.task().concept(), inputs)
                .map(erasure -> erasure.eraser().size())
                .orElse(0L);
      }
      return new TaskMemory(
          rows + numbers * Double.BYTES,
          "erasers that look at labels, and %,d activations of each hook point, before and after"
              .formatted(HookRows.BATCH_ROWS));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void run(EraseConfig config, Plan<ErasePart> plan, JobContext context) {
    ErasePart first = plan.parts().get(0);
    if (first.labelled() == null) {
      context.runParts(plan, (part, executor) -> part.task().run(part.rows(), executor));
    } else {
      runLabelled(config, plan, first.task(), context);
    }
    for (String hook : config.hooks()) {
      requireWritten(hook, config, context);
    }
  }

  private static void runLabelled(
      EraseConfig config, Plan<ErasePart> plan, EraseTask task, JobContext context) {
    List<LabelledPart> parts = plan.parts().stream().map(ErasePart::labelled).toList();
    LabelledActivations.Joined joined =
        LabelledActivations.join(
            new Plan<>(parts, plan.unit(), plan.totalUnits(), -1, -1), config.hooks(), context);
    context.runParts(
        joined.plan(), new LabelledEraseTask(task, joined.reader(), config.unlabelled()));
    if (context.written(ARRAY).files().isEmpty()) {
      throw new RejectedContentException(
          "labels: no activation in %s has a label of '%s': is the table of labels that of these sequences?"
              .formatted(config.activations(), config.concept()));
    }
  }

  private static void requireWritten(String hook, EraseConfig config, JobContext context) {
    for (TableInput.TableFile file : context.written(ARRAY).files()) {
      try (RowReader<EraseTask.HookRow> rows =
          context.tables().read(file.path(), EraseTask.HookRow.class, 0, 1)) {
        if (rows.hasNext() && rows.next().hook().equals(hook)) {
          return;
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    throw new RejectedContentException(
        "hooks: no activation in %s is of %s".formatted(config.activations(), hook));
  }
}
