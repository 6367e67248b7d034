package dev.microtome.jobs.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.microtome.jobs.ExecutorModels;
import dev.microtome.jobs.ModelFolder;
import dev.microtome.jobs.PartContext;
import dev.microtome.jobs.Relay;
import dev.microtome.jobs.TableInput.TableFile;
import dev.microtome.jobs.TableReader;
import dev.microtome.jobs.Workspace;
import dev.microtome.jobs.models.ModelPart.MixedTokens;
import dev.microtome.jobs.models.TrainModelConfig.Format;
import dev.microtome.model.load.ToyConfig;
import dev.microtome.optim.LearningRate;
import dev.microtome.run.Digest;
import dev.microtome.run.FileStore;
import dev.microtome.table.RowReader;
import dev.microtome.table.RowWriter;
import dev.microtome.table.TableSpec;
import dev.microtome.text.TokenSequence;
import dev.microtome.training.CheckpointSchedule;
import dev.microtome.training.TrainingRow;
import dev.microtome.training.TrainingSettings;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** A training that is killed, on files in memory. */
class TrainTaskTest {
  private static final ModelPart PART =
      new ModelPart(
          "m",
          "model",
          ToyConfig.builder(11, 8).layers(1).width(8).heads(2, 4).build(),
          TrainingSettings.builder(4, 8, LearningRate.builder(0.01, 12).build()).seed(3).build(),
          CheckpointSchedule.of(List.of(0L, 5L, 7L, 12L)),
          Format.TOY,
          /* saveEvery= */ 5,
          new MixedTokens(List.of(List.of(new TableFile("t", 40, 1, ""))), List.of(1.0), "t", ""));

  @Test
  void aKilledTrainingGoesOnFromItsLastStateAndEndsAsAnUndisturbedOne() throws IOException {
    Attempt undisturbed = new Attempt(new Saved(), Long.MAX_VALUE);
    assertThat(new TrainTask().run(PART, undisturbed)).isEqualTo(12);
    assertThat(undisturbed.artifacts).hasSize(4 * 2);

    Saved saved = new Saved();
    assertThatExceptionOfType(Killed.class)
        .isThrownBy(() -> new TrainTask().run(PART, new Attempt(saved, 9)));
    assertThat(saved.units).isEqualTo(5);
    Attempt resumed = new Attempt(saved, Long.MAX_VALUE);
    assertThat(new TrainTask().run(PART, resumed)).isEqualTo(12);

    assertThat(resumed.reported).first().isEqualTo(6L);
    assertThat(resumed.created)
        .containsExactly(
            "model/step-7/model.safetensors",
            "model/step-7/config.json",
            "model/step-12/model.safetensors",
            "model/step-12/config.json");
    assertThat(resumed.artifacts).isEqualTo(undisturbed.artifacts);
    assertThat(resumed.rows)
        .usingRecursiveFieldByFieldElementComparatorIgnoringFields("seconds")
        .isEqualTo(undisturbed.rows);
    assertThat(resumed.rows)
        .extracting(TrainingRow::step)
        .containsExactlyElementsOf(LongStream.rangeClosed(1, 12).boxed().toList());
  }

  private static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /** What outlives an attempt. */
  private static final class Saved {
    private long units;
    private Map<String, byte[]> files = Map.of();
    private Map<String, String> artifacts = Map.of();
  }

  /** One attempt, killed when it reports a step. */
  private static final class Attempt implements PartContext, Workspace {
    private final Saved saved;
    private final long killAt;
    private final List<Long> reported = new ArrayList<>();
    private final List<String> created = new ArrayList<>();
    private final Map<String, String> artifacts = new TreeMap<>(); // digests by path
    private final List<TrainingRow> rows = new ArrayList<>();

    Attempt(Saved saved, long killAt) {
      this.saved = saved;
      this.killAt = killAt;
    }

    @Override
    public void progress(long units) {
      reported.add(units);
      if (units == killAt) {
        throw new Killed();
      }
    }

    @Override
    public void save(long units, StateWriter writer) throws IOException {
      Map<String, byte[]> files = new TreeMap<>();
      writer.write(name -> new Whole(name, files::put));
      saved.units = units;
      saved.files = files;
      saved.artifacts = Map.copyOf(artifacts);
    }

    @Override
    public <T> Optional<T> restore(StateReader<T> reader) throws IOException {
      if (saved.files.isEmpty()) {
        return Optional.empty();
      }
      artifacts.putAll(saved.artifacts);
      return Optional.of(
          reader.read(
              new SavedState() {
                @Override
                public long units() {
                  return saved.units;
                }

                @Override
                public InputStream open(String name) {
                  return new ByteArrayInputStream(saved.files.get(name));
                }
              }));
    }

    @Override
    public OutputStream artifact(String path) {
      assertThat(artifacts).doesNotContainKey(path);
      created.add(path);
      return new Whole(path, (place, bytes) -> artifacts.put(place, Digest.of(bytes)));
    }

    @Override
    public <R extends Record> RowWriter<R> writer(TableSpec<R> table, String section) {
      return new RowWriter<>() {
        @Override
        public void write(R row) {
          rows.add((TrainingRow) row);
        }

        @Override
        public void close() {}
      };
    }

    @Override
    public TableReader tables() {
      return (TableReader)
          Proxy.newProxyInstance(
              TableReader.class.getClassLoader(),
              new Class<?>[] {TableReader.class},
              (proxy, method, arguments) -> new Sequences());
    }

    @Override
    public ExecutorModels models() {
      return new ExecutorModels() {
        @Override
        public Path folder(ModelFolder model) {
          throw new AssertionError("a model is trained and none is read: " + model);
        }

        @Override
        public <M> M shared(String key, Loader<M> loader) throws IOException {
          return loader.load();
        }
      };
    }

    @Override
    public Workspace workspace() {
      return this;
    }

    @Override
    public int cores() {
      return 1;
    }

    @Override
    public OptionalInt gpu() {
      return OptionalInt.empty();
    }

    @Override
    public Relay relay() {
      throw new AssertionError("a training has one stage and leaves nothing for another");
    }

    @Override
    public int index() {
      throw new AssertionError("what a part does must not hang on its position");
    }

    @Override
    public FileStore files() {
      throw new AssertionError("a part writes tables, artifacts and states, and no other files");
    }
  }

  /** Bytes that count once they are closed. */
  private static final class Whole extends ByteArrayOutputStream {
    private final String name;
    private final BiConsumer<String, byte[]> end;

    Whole(String name, BiConsumer<String, byte[]> end) {
      this.name = name;
      this.end = end;
    }

    @Override
    public void close() {
      end.accept(name, toByteArray());
    }
  }

  /** Forty random sequences, the same each time. */
  private static final class Sequences implements RowReader<TokenSequence> {
    private final Random random = new Random(2);
    private final Iterator<Long> ids = LongStream.range(0, 40).iterator();

    @Override
    public boolean hasNext() {
      return ids.hasNext();
    }

    @Override
    public TokenSequence next() {
      return new TokenSequence(ids.next(), random.ints(8, 0, 11).toArray());
    }

    @Override
    public void close() {}
  }
}
