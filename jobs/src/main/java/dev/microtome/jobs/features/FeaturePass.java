package dev.microtome.jobs.features;

import ai.djl.ndarray.NDManager;
import dev.microtome.jobs.ModelFolder;
import dev.microtome.jobs.PartContext;
import dev.microtome.jobs.inputs.ExecutorTransformer;
import dev.microtome.jobs.inputs.TokenSlices;
import dev.microtome.model.ModelConfig;
import dev.microtome.sae.evaluation.FeatureDictionary;
import dev.microtome.sae.evaluation.FeatureReader;
import dev.microtome.text.TokenSequence;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/** A pass over a block of sequences through the model and all dictionaries. */
record FeaturePass(ModelFolder model, List<FeatureSource> sources, int batchTokens)
    implements Serializable {
  FeaturePass {
    sources = List.copyOf(sources);
  }

  List<TokenSequence> sequences(TokenSlices part, PartContext context) throws IOException {
    ModelConfig config = ExecutorTransformer.of(model, context).model().config();
    return part.read(
        context.tables(), sequence -> sequence.requireFits(config.nCtx(), config.dVocab()));
  }

  void read(List<TokenSequence> sequences, PartContext context, FeatureReader.Sink sink)
      throws IOException {
    ExecutorTransformer transformer = ExecutorTransformer.of(model, context);
    List<FeatureDictionary> dictionaries = new ArrayList<>();
    for (FeatureSource source : sources) {
      dictionaries.add(source.load(context));
    }
    try (NDManager scope = transformer.manager().newSubManager()) {
      new FeatureReader(transformer.model(), dictionaries, batchTokens)
          .read(sequences, scope, sink, context::progress);
    }
  }
}
