package dev.microtome.jobs.saes;

import dev.microtome.sae.stream.StreamSettings;
import dev.microtome.sae.training.SaeRecipe;
import java.io.Serializable;
import java.util.List;

/**
 * SAEs that are trained together from one read.
 *
 * @param evaluationTokens rows held out
 * @param checkpointEvery steps between two saved states; 0 for none
 * @param logEvery steps between two rows of the table
 * @param modelName what the folders say of the model; empty for nothing
 */
record SaePart(
    StreamSource source,
    List<SaeRecipe> recipes,
    StreamSettings stream,
    long evaluationTokens,
    long checkpointEvery,
    int logEvery,
    String modelName)
    implements Serializable {
  SaePart {
    recipes = List.copyOf(recipes);
  }
}
