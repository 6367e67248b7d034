package dev.microtome.jobs.corpora;

import com.google.auto.service.AutoService;
import dev.microtome.corpus.GeneratedCorpus;
import dev.microtome.jobs.ArtifactSpec;
import dev.microtome.jobs.Inputs;
import dev.microtome.jobs.Job;
import dev.microtome.jobs.JobContext;
import dev.microtome.jobs.Plan;
import dev.microtome.jobs.TaskMemory;
import dev.microtome.table.TableSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * Computes a corpus, and writes what is true of it beside it, so that later methods can be scored.
 *
 * <p>Reads nothing. Writes {@code tokens}, as the job {@code tokenize} does, {@code documents},
 * {@code vocabulary}, and the truth of the kind: {@code induction}, {@code bigrams}, {@code
 * skip_trigrams} and {@code corpus_metrics}, or {@code labels}, {@code facts} and {@code
 * probabilities}.
 *
 * <pre>{@code
 * spark-submit microtome.jar generate-corpus --config conf/jobs/generate-corpus.conf \
 *   --set kind=induction --set sequences=100000 --output runs/induction
 * }</pre>
 */
@AutoService(Job.class)
@SuppressWarnings("rawtypes") // a service is named by its raw type
public final class GenerateCorpus implements Job<GenerateCorpusConfig, SequenceRange> {
  @Override
  public String name() {
    return "generate-corpus";
  }

  @Override
  public String summary() {
    return "A generated corpus (language, induction, bigram, skip-trigram) with the truth about it";
  }

  @Override
  public Class<GenerateCorpusConfig> configType() {
    return GenerateCorpusConfig.class;
  }

  @Override
  public List<TableSpec<?>> tables() {
    return GeneratedCorpus.tables();
  }

  @Override
  public List<ArtifactSpec> artifacts() {
    return List.of(
        new ArtifactSpec(
            GeneratedCorpus.TOKENIZER,
            GeneratedCorpus.TOKENIZER_FILE,
            "How text of the corpus becomes its tokens; train-model keeps it beside the models that it trains on them"));
  }

  @Override
  public Plan<SequenceRange> plan(GenerateCorpusConfig config, Inputs inputs) {
    List<SequenceRange> parts = new ArrayList<>();
    for (long from = config.firstSequence();
        from < config.end();
        from += config.sequencesPerPart()) {
      long to = Math.min(config.end(), from + config.sequencesPerPart());
      parts.add(new SequenceRange(config, from, to));
    }
    // Rows of documents, labels and truth depend on what is drawn.
    return new Plan<>(parts, "sequences", config.sequences(), -1, -1);
  }

  @Override
  public TaskMemory memory(GenerateCorpusConfig config, Plan<SequenceRange> plan, Inputs inputs) {
    return TaskMemory.steady("a sequence at a time");
  }

  @Override
  public void run(GenerateCorpusConfig config, Plan<SequenceRange> plan, JobContext context) {
    context.runParts(plan, SequenceRange::run);
  }
}
