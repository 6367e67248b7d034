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
