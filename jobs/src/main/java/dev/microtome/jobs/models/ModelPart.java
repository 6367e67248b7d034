package dev.microtome.jobs.models;

import dev.microtome.jobs.TableInput;
import dev.microtome.jobs.models.TrainModelConfig.Format;
import dev.microtome.model.load.ToyConfig;
import dev.microtome.training.CheckpointSchedule;
import dev.microtome.training.TrainingSettings;
import java.io.Serializable;
import java.util.List;

/**
 * One model to train.
 *
 * @param name what rows say in their column {@code model}
 * @param folder where its checkpoints go, such as {@code model/two-layer}
 * @param format of its checkpoints
 * @param saveEvery steps between two saved states; 0 for none
 * @param tokens the tables to train on, the same for every model
 */
record ModelPart(
    String name,
    String folder,
    ToyConfig architecture,
    TrainingSettings settings,
    CheckpointSchedule schedule,
    Format format,
    long saveEvery,
    MixedTokens tokens)
    implements Serializable {

  /** Bytes of weights, gradients and Adam's two moments. */
  private static final int BYTES_A_WEIGHT = 4 * Float.BYTES;

  /** Vectors of the stream's width that a block keeps for the gradients of what it computed. */
  private static final int STREAMS = 16;

  /** The same of the MLP's and of the vocabulary's width, and of a head's patterns. */
  private static final int OTHERS = 3;

  /** What a training holds: the weights with what they need, and a step's activations. */
  long trainingBytes() {
    ToyConfig model = architecture;
    long attention = 4L * model.dModel() * model.nHeads() * model.dHead();
    long block = attention + 2L * model.dModel() * model.dMlp();
    long weights = model.nLayers() * block + (2L * model.dVocab() + model.nCtx()) * model.dModel();
    long length = settings.sequenceLength();
    long ofToken =
        model.nLayers()
                * (STREAMS * (long) model.dModel()
                    + OTHERS * (model.dMlp() + model.nHeads() * length))
            + OTHERS * (long) model.dVocab();
    long tokens = settings.batchSize() * length;
    return BYTES_A_WEIGHT * weights + Float.BYTES * tokens * ofToken;
  }

  /**
   * Tables that are mixed.
   *
   * @param tables the files of each
   * @param weights share of rows of each, relative to the others
   * @param digest of all that the mixture depends on
   * @param tokenizer tokenizer.json of all of them; empty where it is not known
   */
  record MixedTokens(
      List<List<TableInput.TableFile>> tables,
      List<Double> weights,
      String digest,
      String tokenizer)
      implements Serializable {
    MixedTokens {
      tables = List.copyOf(tables);
      weights = List.copyOf(weights);
    }
  }
}
