package dev.microtome.model;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.microtome.model.load.Safetensors;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Causal tracing (Meng et al. 2022) of the tiny GPT-2 as interventions: noise added to the
 * subject's embeddings, one state restored from the clean run. Ten noised copies are ten rows of a
 * batch.
 */
class TracingGoldenTest {
  private static final double TOLERANCE = 1e-5; // probabilities, float32 against float64
  private static final int COPIES = 10;
  private static final int TOKENS = 12;
  private static final int LAYERS = 3;
  private static final HookPoint LOGITS = HookPoint.of(HookSite.LOGITS);

  @BeforeAll
  static void oneThread() {
    Torch.threads(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void restoredStatesGiveThePublishedMethodsProbabilities(int index) throws IOException {
    JsonNode trace =
        new ObjectMapper()
            .readTree(GoldenModel.resource("golden/tracing/cases.json").toFile())
            .get(index);
    try (NDManager manager = NDManager.newBaseManager();
        HookedTransformer model = GoldenModel.open("gpt2").load(manager);
        Safetensors golden =
            Safetensors.open(GoldenModel.resource("golden/tracing/tracing.safetensors"))) {
      long[] ids = golden.longs(index + ".input_ids");
      int[] tokens = IntStream.range(0, TOKENS).map(i -> (int) ids[i]).toArray();
      List<int[]> copies = IntStream.range(0, COPIES).mapToObj(copy -> tokens).toList();
      int[] subject =
          IntStream.range(trace.get("subject_begin").asInt(), trace.get("subject_end").asInt())
              .toArray();
      Intervention noise =
          Intervention.add(
              HookPoint.of(HookSite.EMBED),
              Slice.all().positions(subject),
              Values.of(golden.floats(index + ".noise"), COPIES, subject.length, 32));
      List<HookPoint> restored =
          model
              .hookPoints()
              .resolve(
                  List.of(
                      "blocks.*.hook_resid_post",
                      "blocks.*.hook_mlp_out",
                      "blocks.*.hook_attn_out"));

      try (ActivationCache clean =
          model.run(TokenBatch.of(tokens), ForwardPass.reading(restored), manager)) {
        Tracer tracer =
            new Tracer(
                model, TokenBatch.of(copies), clean, noise, trace.get("answer").asInt(), manager);
        assertClose(tracer.probabilities(List.of()), golden.doubles(index + ".corrupted"), 0);
        for (int token = 0; token < TOKENS; token++) {
          for (int layer = 0; layer < LAYERS; layer++) {
            int cell = token * LAYERS + layer;
            Slice at = Slice.all().positions(token);
            assertClose(
                tracer.probabilities(
                    List.of(Intervention.freeze(HookPoint.of(layer, HookSite.RESID_POST), at))),
                golden.doubles(index + ".resid"),
                cell);
            for (int window = 1; window <= 3; window++) {
              assertClose(
                  tracer.probabilities(window(HookSite.MLP_OUT, layer, window, at)),
                  golden.doubles(index + ".mlp.window" + window),
                  cell);
              assertClose(
                  tracer.probabilities(window(HookSite.ATTN_OUT, layer, window, at)),
                  golden.doubles(index + ".attn.window" + window),
                  cell);
            }
          }
        }
      }
    }
  }

  private static List<Intervention> window(HookSite site, int layer, int width, Slice at) {
    return IntStream.range(
            Math.max(0, layer - width / 2), Math.min(LAYERS, layer + (width + 1) / 2))
        .mapToObj(each -> Intervention.freeze(HookPoint.of(each, site), at))
        .toList();
  }

  private record Tracer(
      HookedTransformer model,
      TokenBatch copies,
      ActivationCache clean,
      Intervention noise,
      int answer,
      NDManager manager) {

    /** Of the answer after the last token, for each copy. */
    double[] probabilities(List<Intervention> restoring) {
      List<Intervention> changes = new ArrayList<>(List.of(noise));
      changes.addAll(restoring);
      ForwardPass pass =
          ForwardPass.builder()
              .read(LOGITS)
              .intervene(changes)
              .source(Intervention.CLEAN, clean)
              .build();
      try (ActivationCache run = model.run(copies, pass, manager)) {
        int dVocab = model.config().dVocab();
        return IntStream.range(0, COPIES)
            .mapToDouble(
                copy -> {
                  float[] logits = run.floats(LOGITS, copy);
                  int start = logits.length - dVocab;
                  double sum =
                      IntStream.range(0, dVocab)
                          .mapToDouble(i -> Math.exp(logits[start + i]))
                          .sum();
                  return Math.exp(logits[start + answer]) / sum;
                })
            .toArray();
      }
    }
  }

  private static void assertClose(double[] actual, double[] expected, int cell) {
    for (int copy = 0; copy < COPIES; copy++) {
      assertThat(Math.abs(actual[copy] - expected[cell * COPIES + copy]))
          .as("cell %d", cell)
          .isLessThan(TOLERANCE);
    }
  }
}
