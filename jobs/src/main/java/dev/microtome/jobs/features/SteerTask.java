package dev.microtome.jobs.features;

import ai.djl.ndarray.NDManager;
import dev.microtome.jobs.PartContext;
import dev.microtome.jobs.PartTask;
import dev.microtome.jobs.inputs.ExecutorTransformer;
import dev.microtome.model.Generation;
import dev.microtome.model.load.ModelFiles;
import dev.microtome.sae.evaluation.FeatureDictionary;
import dev.microtome.sae.evaluation.FeatureSteering;
import dev.microtome.sae.evaluation.SteeringRow;
import dev.microtome.table.RowWriter;
import dev.microtome.text.SpecialTokens;
import dev.microtome.text.Tokenizer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * Continues prompts while a feature is added, strength by strength.
 *
 * @param bos token in front of a prompt; −1 for none
 */
record SteerTask(FeaturePass pass, List<String> prompts, int bos, int newTokens)
    implements PartTask<SteerPart> {
  SteerTask {
    prompts = List.copyOf(prompts);
  }

  @Override
  public long run(SteerPart part, PartContext context) throws IOException {
    ExecutorTransformer transformer = ExecutorTransformer.of(pass.model(), context);
    FeatureDictionary dictionary = pass.sources().get(part.source()).load(context);
    ModelFiles files = ModelFiles.open(context.models().folder(pass.model()));
    double[] strengths =
        DoubleStream.concat(
                DoubleStream.of(0),
                part.strengths().stream().mapToDouble(Double::doubleValue).filter(s -> s != 0))
            .toArray();
    try (Tokenizer tokenizer = Tokenizer.open(files.tokenizer().orElseThrow());
        NDManager scope = transformer.manager().newSubManager();
        RowWriter<SteeringRow> writer = context.writer(FeatureTables.STEERING, "")) {
      List<int[]> tokens = new ArrayList<>();
      for (String prompt : prompts) {
        tokens.add(tokens(prompt, bos, tokenizer));
      }
      for (double strength : strengths) {
        List<int[]> continuations =
            FeatureSteering.continuations(
                transformer.model(),
                dictionary,
                part.feature(),
                strength * part.maximum(),
                tokens,
                Generation.greedy(newTokens),
                scope);
        for (int i = 0; i < prompts.size(); i++) {
          writer.write(
              new SteeringRow(
                  dictionary.name(),
                  part.feature(),
                  part.label(),
                  strength,
                  i,
                  prompts.get(i),
                  tokenizer.decode(continuations.get(i), SpecialTokens.INCLUDE),
                  continuations.get(i)));
        }
      }
    }
    return 1;
  }

  /** A prompt as the model reads it: as the sequences of the tokens table begin. */
  static int[] tokens(String prompt, int bos, Tokenizer tokenizer) {
    int[] own = tokenizer.encode(prompt, SpecialTokens.EXCLUDE);
    if (bos < 0) {
      return own;
    }
    int[] all = new int[own.length + 1];
    all[0] = bos;
    System.arraycopy(own, 0, all, 1, own.length);
    return all;
  }
}
