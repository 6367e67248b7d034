package dev.microtome.sae.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.microtome.optim.Adam;
import dev.microtome.run.InputException;
import dev.microtome.sae.Mapping;
import dev.microtome.sae.Sae;
import dev.microtome.sae.SaeConfig;
import dev.microtome.sae.SaeFiles;
import dev.microtome.sae.SaeSource;
import dev.microtome.sae.stream.MixedBatches;
import dev.microtome.sae.stream.RowBatch;
import dev.microtome.sae.stream.RowBlocks;
import dev.microtome.sae.stream.RowColumns;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * SAEs that are trained on the same batches. Weights of one do not depend on the others.
 *
 * <p>{@link #resume} goes on from written states and ends with the same weights to the last bit,
 * given the same batches, machine type and number of threads. One thread's.
 */
public final class SaeGroup implements AutoCloseable {
  /** Rows of a batch of evaluation. */
  private static final int EVALUATED = 4096;

  private final NDManager memory;
  private final List<SaeLearner> learners = new ArrayList<>();
  private final long[] nanos;
  private final List<Selection> selections;

  private SaeGroup(List<RowColumns> columns) {
    memory = NDManager.newBaseManager();
    nanos = new long[columns.size()];
    Map<RowColumns, Selection> distinct = new HashMap<>();
    selections =
        columns.stream().map(each -> distinct.computeIfAbsent(each, Selection::new)).toList();
  }

  private static List<RowColumns> all(List<SaeRecipe> recipes) {
    return recipes.stream()
        .map(
            recipe -> {
              SaeConfig config = recipe.config();
              boolean autoencoder = config.mapping() == Mapping.AUTOENCODER;
              return new RowColumns(
                  0, config.dIn(), autoencoder ? 0 : config.dIn(), autoencoder ? 0 : config.dOut());
            })
        .toList();
  }

  /** The columns of a batch that some of the SAEs take. */
  private static final class Selection {
    private final RowColumns columns;
    private RowBatch own;
    private RowBatch taken;
    private NDArray array;

    Selection(RowColumns columns) {
      this.columns = columns;
    }

    /** Forgets the batch before. */
    void clear() {
      taken = null;
      array = null;
    }

    RowBatch of(RowBatch batch) {
      if (taken == null) {
        if (columns.areAll(batch.width())) {
          taken = batch;
        } else {
          if (own == null || own.size() != batch.size()) {
            own = columns.batch(batch.size());
          }
          columns.copy(batch, own);
          taken = own;
        }
      }
      return taken;
    }

    /** The same as an array, made when it is first asked for. */
    NDArray array(NDManager scope) {
      if (array == null) {
        array =
            scope.create(taken.bytes(), new Shape(taken.size(), taken.width()), DataType.FLOAT32);
      }
      return array;
    }
  }

  /**
   * Checks that a recipe can be followed.
   *
   * @throws IllegalArgumentException if what trains its architecture has not its optimiser, or
   *     batches of so many rows are too large for it
   */
  public static void requireTrainable(SaeRecipe recipe, int batchRows) {
    if (!FastLearner.canTrain(recipe)) {
      Adam unused = DenseTrainer.adam(recipe);
    } else if (FastLearner.selectsOfBatches(recipe)) {
      BatchSelector.requireFits(batchRows, recipe.config().dSae());
    }
  }

  /**
   * Begins trainings with seeded weights, on batches of rows that are all one SAE's: for a
   * transcoder what is encoded beside what is rebuilt.
   *
   * @param threads that a step may use; libtorch's own are set by the caller
   */
  public static SaeGroup start(List<SaeRecipe> recipes, int threads) {
    return start(recipes, all(recipes), threads);
  }

  /**
   * Begins trainings with seeded weights.
   *
   * @param columns of each SAE in the batches
   */
  public static SaeGroup start(List<SaeRecipe> recipes, List<RowColumns> columns, int threads) {
    SaeGroup group = new SaeGroup(columns);
    try {
      for (SaeRecipe recipe : recipes) {
        group.learners.add(
            FastLearner.canTrain(recipe)
                ? FastLearner.start(recipe, threads)
                : DenseTrainer.start(recipe, group.memory));
      }
      return group;
    } catch (RuntimeException e) {
      group.close();
      throw e;
    }
  }

  /**
   * Goes on from what {@link #writeStates} wrote; recipes and threads must be as they were.
   *
   * @throws InputException if a file is not the state of such a training
   */
  public static SaeGroup resume(List<SaeRecipe> recipes, int threads, Path folder) {
    return resume(recipes, all(recipes), threads, folder);
  }

  /** The same where each SAE has its columns of the batches. */
  public static SaeGroup resume(
      List<SaeRecipe> recipes, List<RowColumns> columns, int threads, Path folder) {
    SaeGroup group = new SaeGroup(columns);
    try {
      for (int i = 0; i < recipes.size(); i++) {
        SaeRecipe recipe = recipes.get(i);
        Path state = folder.resolve(stateFile(i));
        group.learners.add(
            FastLearner.canTrain(recipe)
                ? FastLearner.resume(recipe, threads, state)
                : DenseTrainer.resume(recipe, group.memory, state));
      }
      return group;
    } catch (RuntimeException e) {
      group.close();
      throw e;
    }
  }

  /** Names of the files that {@link #writeStates} writes. */
  public static List<String> stateFiles(List<SaeRecipe> recipes) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < recipes.size(); i++) {
      names.add(stateFile(i));
      if (FastLearner.canTrain(recipes.get(i))) {
        names.add(FastLearner.numbersFile(Path.of(stateFile(i))).toString());
      }
    }
    return names;
  }

  /** Names of the files that {@link #writeShared} writes. */
  public static List<String> sharedFiles(List<SaeRecipe> recipes) {
    return IntStream.range(0, recipes.size()).mapToObj(SaeGroup::sharedFile).toList();
  }

  static String sharedFile(int sae) {
    return "shared-%d.safetensors".formatted(sae);
  }

  private static String stateFile(int sae) {
    return "sae-%d.safetensors".formatted(sae);
  }

  /** Steps done. */
  public long steps() {
    return learners.get(0).steps();
  }

  /**
   * Sets what the first batch of a training decides (a bias that begins at the mean, a factor of
   * the activations) and does no step: for workers that begin with the same weights.
   */
  public void begin(RowBatch first) {
    selections.forEach(Selection::clear);
    try (NDManager scope = memory.newSubManager()) {
      for (int i = 0; i < learners.size(); i++) {
        Selection selection = selections.get(i);
        learners.get(i).begin(selection.of(first), () -> selection.array(scope));
      }
    }
  }

  /**
   * One step of each SAE.
   *
   * @throws InputException naming the SAE and the step if a loss or a gradient is not finite
   */
  public List<SaeStep> step(RowBatch batch) {
    List<SaeStep> steps = new ArrayList<>();
    selections.forEach(Selection::clear);
    try (NDManager scope = memory.newSubManager()) {
      for (int i = 0; i < learners.size(); i++) {
        Selection selection = selections.get(i);
        long start = System.nanoTime();
        try {
          steps.add(learners.get(i).step(selection.of(batch), () -> selection.array(scope)));
        } catch (InputException e) {
          throw new InputException(
              "SAE '%s': %s".formatted(learners.get(i).recipe().name(), e.getMessage()), e);
        }
        nanos[i] += System.nanoTime() - start;
      }
    }
    return steps;
  }

  /**
   * Gives dead features new weights where a recipe says so after this step.
   *
   * @param ahead opens the batches that follow, each time anew
   */
  public void resample(Supplier<MixedBatches> ahead) throws IOException {
    for (int i = 0; i < learners.size(); i++) {
      learners.get(i).resample(ahead, selections.get(i).columns);
    }
  }

  /** Time spent in an SAE's steps by this group. */
  public double secondsInSteps(int sae) {
    return nanos[sae] / 1e9;
  }

  /** Writes all that the next steps depend on. */
  public void writeStates(Path folder) {
    for (int i = 0; i < learners.size(); i++) {
      learners.get(i).writeState(folder.resolve(stateFile(i)));
    }
  }

  /** Writes what workers of one training share between rounds, for {@link OuterStep}. */
  public void writeShared(Path folder) {
    for (int i = 0; i < learners.size(); i++) {
      learners.get(i).writeShared(folder.resolve(sharedFile(i)));
    }
  }

  /**
   * Takes over what {@link OuterStep} wrote: weights, thresholds, and how long features have not
   * fired. The state of the optimisers stays and moves along.
   */
  public void adopt(Path folder) {
    for (int i = 0; i < learners.size(); i++) {
      SaeLearner learner = learners.get(i);
      try (SharedWeights shared =
          SharedWeights.open(folder.resolve(sharedFile(i)), learner.recipe())) {
        learner.adopt(shared);
      }
    }
  }

  /**
   * Writes an SAE as it is, in SAELens's format, with the densities of its features if there are
   * scores.
   */
  public void writeFolder(int sae, SaeSource source, HeldOutScores scores, Path folder) {
    try (NDManager scope = memory.newSubManager();
        Sae finished = learners.get(sae).finished(source, scope)) {
      if (scores.rows() == 0) {
        SaeFiles.write(folder, finished);
      } else {
        SaeFiles.write(folder, finished, scores.density());
      }
    }
  }

  /** How well each SAE as it is rebuilds some rows, and how sparsely. */
  public List<HeldOutScores> evaluate(RowBlocks held) throws IOException {
    List<HeldOutScores> scores = new ArrayList<>();
    List<Sae> finished = new ArrayList<>();
    try (NDManager scope = memory.newSubManager()) {
      for (SaeLearner learner : learners) {
        SaeConfig config = learner.recipe().config();
        scores.add(new HeldOutScores(config.dSae(), config.dOut()));
        finished.add(learner.finished(SaeSource.UNKNOWN, scope));
      }
      float[] rows = new float[Math.multiplyExact(EVALUATED, held.width())];
      for (int block = 0; block < held.count(); block++) {
        try (RowBlocks.Rows open = held.open(block, 0)) {
          for (long done = 0; done < held.rows(block); done += EVALUATED) {
            int count = (int) Math.min(EVALUATED, held.rows(block) - done);
            for (int i = 0; i < count; i++) {
              open.next(rows, i * held.width());
            }
            add(Arrays.copyOf(rows, count * held.width()), count, finished, scores, scope);
          }
        }
      }
      return scores;
    }
  }

  private void add(
      float[] rows, int count, List<Sae> finished, List<HeldOutScores> scores, NDManager parent) {
    int width = rows.length / count;
    for (int i = 0; i < finished.size(); i++) {
      try (NDManager scope = parent.newSubManager()) {
        Sae sae = finished.get(i);
        RowColumns own = selections.get(i).columns;
        NDArray all = scope.create(rows, new Shape(count, width));
        NDArray x =
            own.areAll(width) && own.targetWidth() == 0
                ? all
                : DenseKernels.columns(scope, all, own.from(), own.from() + own.width());
        NDArray target =
            own.targetWidth() == 0
                ? x
                : DenseKernels.columns(
                    scope, all, own.targetFrom(), own.targetFrom() + own.targetWidth());
        NDArray features = sae.encode(x);
        scores
            .get(i)
            .add(DenseKernels.sums(scope, features, sae.decode(features, x), target), count);
      }
    }
  }

  @Override
  public void close() {
    learners.forEach(SaeLearner::close);
    memory.close();
  }
}
