package dev.microtome.jobs.labels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.microtome.erasure.ConceptMoments;
import dev.microtome.jobs.JobContext;
import dev.microtome.jobs.PartContext;
import dev.microtome.jobs.PartTask;
import dev.microtome.jobs.Plan;
import dev.microtome.jobs.Relay;
import dev.microtome.jobs.spark.RelayFiles;
import dev.microtome.run.LocalFileStore;
import dev.microtome.run.RejectedContentException;
import dev.microtome.stats.Moments;
import java.io.IOException;
import java.io.Serializable;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Without Spark: stages run here, one part after the other. */
class MergeTreeTest {
  private static final int COLUMNS = 5;

  @TempDir private Path folder;
  private Relay relay;
  private final List<String> stages = new ArrayList<>();

  @BeforeEach
  void open() {
    relay = new RelayFiles(new LocalFileStore(), folder.toString());
  }

  /** 150 parts: 19, then 3 are left, and 9 parts: 2. */
  @Test
  void levelsOfFewFilesMergeToTheWhole() throws IOException {
    Moments whole = Moments.ofColumns(COLUMNS);
    List<String> many = parts("many", 150, whole);
    Moments other = Moments.ofColumns(COLUMNS);
    List<String> nine = parts("nine", 9, other);
    List<String> few = parts("few", MergeTree.FAN_IN, Moments.ofColumns(COLUMNS));
    MergeTree tree = new MergeTree("merge", "moments", MomentsFile::merge, context());

    List<List<String>> left = tree.merge(List.of(many, nine, few));

    assertThat(stages).containsExactly("merge_1: 21 of 159", "merge_2: 3 of 19");
    assertThat(left.stream().map(List::size)).containsExactly(3, 2, MergeTree.FAN_IN);
    assertThat(left.get(2)).isEqualTo(few);
    assertSame(MergedConcept.read(relay, left.get(0)), whole);
    assertSame(MergedConcept.read(relay, left.get(1)), other);
    assertThat(files()).hasSize(3 + 2 + MergeTree.FAN_IN);
    tree.delete();
    assertThat(files()).hasSize(MergeTree.FAN_IN);
  }

  /** Rows of parts stand far from each other, so that a lost or doubled one would show. */
  private static void assertSame(MergedConcept found, Moments whole) {
    assertThat(found.sum().count()).isEqualTo(whole.count());
    assertThat(found.moments().unlabelled()).isEqualTo(whole.count());
    double[] mean = whole.mean();
    double[] scatter = whole.scatter(0, COLUMNS, 0, COLUMNS).toArray();
    double[] foundScatter = found.sum().scatter(0, COLUMNS, 0, COLUMNS).toArray();
    for (int i = 0; i < mean.length; i++) {
      assertThat(found.sum().mean()[i]).isCloseTo(mean[i], within(1e-9 * Math.abs(mean[i])));
    }
    for (int i = 0; i < scatter.length; i++) {
      assertThat(foundScatter[i]).isCloseTo(scatter[i], within(1e-9 * Math.abs(scatter[i])));
    }
  }

  @Test
  void refusesActivationsOfTwoWidths() throws IOException {
    List<String> files = List.of("a/0", "a/1");
    Moments moments = Moments.ofColumns(4);
    MomentsFile.write(relay, "a/0", ConceptMoments.of("hook_embed", "mood", 2, 0, moments));
    MomentsFile.write(relay, "a/1", ConceptMoments.of("hook_embed", "mood", 3, 0, moments));
    assertThatExceptionOfType(RejectedContentException.class)
        .isThrownBy(() -> MergedConcept.read(relay, files))
        .withMessage("hook_embed: activations have 2 and 3 numbers");
  }

  /** Parts of one to three rows each, as many without a label, added to {@code whole} too. */
  private List<String> parts(String name, int count, Moments whole) throws IOException {
    Random random = new Random(count);
    List<String> files = new ArrayList<>();
    for (int part = 0; part < count; part++) {
      Moments moments = Moments.ofColumns(COLUMNS);
      for (int row = 0; row <= part % 3; row++) {
        double[] values = random.doubles(COLUMNS, part, part + 1).toArray();
        moments.add(values);
        whole.add(values);
      }
      String file = name + "/" + part;
      MomentsFile.write(relay, file, ConceptMoments.of("hook", name, 3, moments.count(), moments));
      files.add(file);
    }
    return files;
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  private JobContext context() {
    PartContext part = proxy(PartContext.class, (method, arguments) -> relay);
    return proxy(
        JobContext.class,
        (method, arguments) -> {
          if (method.equals("relay")) {
            return relay;
          }
          run((String) arguments[0], (Plan<?>) arguments[1], (PartTask<?>) arguments[2], part);
          return null;
        });
  }

  @SuppressWarnings("unchecked") // a plan and its task are of one part
  private <P extends Serializable> void run(
      String stage, Plan<?> plan, PartTask<P> task, PartContext context) throws IOException {
    for (Serializable part : plan.parts()) {
      assertThat(task.run((P) part, context)).isLessThanOrEqualTo(MergeTree.FAN_IN);
    }
    stages.add("%s: %d of %d".formatted(stage, plan.parts().size(), plan.totalUnits()));
  }

  private interface Call {
    Object of(String method, Object[] arguments) throws IOException;
  }

  private static <T> T proxy(Class<T> type, Call call) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> call.of(method.getName(), arguments)));
  }
}
