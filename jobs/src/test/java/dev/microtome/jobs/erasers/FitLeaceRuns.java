package dev.microtome.jobs.erasers;

import dev.microtome.jobs.JobRun;
import dev.microtome.jobs.labels.LabelledTables;
import dev.microtome.jobs.labels.LabelledTables.Example;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.io.TempDir;

/**
 * Made-up activations of two hook points with their labels, a third of them without a gender, and
 * fit-leace through the command line.
 */
abstract class FitLeaceRuns {
  static final List<String> HOOKS = List.of("blocks.0.hook_mlp_out", "hook_embed");
  static final int SEQUENCES = 40;
  static final int POSITIONS = 5;
  static final int WIDTH = 6;

  @TempDir Path folder;

  static List<Example> examples() {
    List<Example> examples = new ArrayList<>();
    for (String hook : HOOKS) {
      Random random = new Random(hook.length());
      Random labels = new Random(3);
      for (int sequence = 0; sequence < SEQUENCES; sequence++) {
        for (int position = 0; position < POSITIONS; position++) {
          String gender = new String[] {"female", "male", null}[labels.nextInt(3)];
          double depth = labels.nextInt(4);
          float[] x = new float[WIDTH];
          for (int i = 0; i < WIDTH; i++) {
            x[i] =
                (float) (random.nextGaussian() + ("male".equals(gender) ? 1 : 0) + i * depth / 5);
          }
          examples.add(new Example(hook, sequence, position, /* token= */ 0, x, gender, depth));
        }
      }
    }
    return examples;
  }

  JobRun run(String output, Path activations, Path labels, String... sets) {
    return run("fit-leace", output, activations, labels, sets);
  }

  JobRun run(String job, String output, Path activations, Path labels, String... sets) {
    List<String> all = new ArrayList<>(List.of("activations=" + activations, "labels=" + labels));
    all.addAll(List.of(sets));
    return JobRun.of(job, folder.resolve(output), all);
  }

  /** Activations with columns of labels beside them; null rows left out. */
  Path activations(String name, UnaryOperator<Example> change) {
    return tables()
        .activations(name, examples().stream().map(change).filter(Objects::nonNull).toList());
  }

  /** Labels as generate-corpus writes them: gender where there is one, depth everywhere. */
  Path labels(String name, Predicate<Example> kept) {
    return tables().labels(name, ofOneHook().stream().filter(kept).toList());
  }

  Path wide(String name) {
    return tables().wide(name, ofOneHook());
  }

  private LabelledTables tables() {
    return new LabelledTables(folder, "gender");
  }

  static List<Example> ofOneHook() {
    return examples().stream().filter(row -> row.hook().equals(HOOKS.get(0))).toList();
  }
}
