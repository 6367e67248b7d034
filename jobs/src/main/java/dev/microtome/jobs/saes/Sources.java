package dev.microtome.jobs.saes;

import dev.microtome.config.InputPath;
import dev.microtome.jobs.Inputs;
import dev.microtome.jobs.ModelFolder;
import dev.microtome.jobs.TableInput;
import dev.microtome.jobs.TableReader;
import dev.microtome.jobs.inputs.CorpusCheck;
import dev.microtome.jobs.inputs.SequenceIds;
import dev.microtome.jobs.inputs.TokenSlices;
import dev.microtome.model.HookPoint;
import dev.microtome.model.HookPoints;
import dev.microtome.model.HookShape;
import dev.microtome.model.load.ModelFiles;
import dev.microtome.model.load.ModelWeights;
import dev.microtome.run.InputException;
import dev.microtome.table.Column;
import dev.microtome.table.RowReader;
import dev.microtome.text.TokenSequence;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** Finds the activations that a configuration names. */
final class Sources {
  /** Sequences of a block: what is computed at once, and again when a training resumes in it. */
  private static final int SEQUENCES = 64;

  private Sources() {}

  /** One source a hook. */
  static List<StreamSource> of(TrainSaeConfig config, Inputs inputs) throws IOException {
    if (config.source() == TrainSaeConfig.Source.MODEL) {
      return computed(config, inputs);
    }
    ActivationTable table = ActivationTable.open(config.activations().orElseThrow(), inputs);
    List<StreamSource> sources = new ArrayList<>();
    for (String hook : table.hooks(config.hooks())) {
      sources.add(table.source(hook));
    }
    return sources;
  }

  private static List<StreamSource> computed(TrainSaeConfig config, Inputs inputs)
      throws IOException {
    InputPath modelPath = config.model().orElseThrow();
    InputPath tokensPath = config.tokens().orElseThrow();
    ModelFolder folder = inputs.model(modelPath);
    ModelFiles model = ModelFiles.open(inputs.local(folder));
    ModelWeights.check(model);
    HookPoints points = HookPoints.of(model.config());
    List<HookPoint> hooks = points.resolve(config.hooks());
    TableInput tokens = inputs.table(tokensPath, "tokens", TokenSequence.class);
    List<TokenSlices> slices = TokenSlices.cut(tokens.files(), SEQUENCES);
    CorpusCheck.of(tokensPath, tokens, slices, inputs.tables())
        .requireFits(modelPath, model, config.acceptOtherTokenizer());
    SequenceIds.requireUnique(tokens, inputs);
    List<Long> rows = rows(slices, inputs.tables());
    List<StreamSource> sources = new ArrayList<>();
    for (HookPoint hook : hooks) {
      HookShape shape = points.shape(hook);
      if (shape.kind() == HookShape.Kind.ATTENTION) {
        throw new InputException(
            "hooks: '%s' is as wide as a sequence is long; an SAE needs one width"
                .formatted(hook.address()));
      }
      sources.add(
          new ComputedActivations(
              hook.address(),
              shape.sizePerPosition(1),
              folder,
              config.batchTokens(),
              slices,
              rows));
    }
    return sources;
  }

  /** Tokens alone. */
  @SuppressWarnings("ArrayRecordComponent") // read and left at once
  record TokensRow(@Column(doc = "the sequence's tokens") int[] tokens) {}

  private static List<Long> rows(List<TokenSlices> slices, TableReader tables) throws IOException {
    try {
      return slices.parallelStream().map(each -> rows(each, tables)).toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static long rows(TokenSlices slices, TableReader tables) {
    long count = 0;
    for (TokenSlices.Slice slice : slices.slices()) {
      try (RowReader<TokensRow> reader =
          tables.read(slice.path(), TokensRow.class, slice.from(), slice.to())) {
        while (reader.hasNext()) {
          count += reader.next().tokens().length;
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return count;
  }
}
