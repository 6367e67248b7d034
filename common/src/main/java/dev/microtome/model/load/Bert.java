package dev.microtome.model.load;

import dev.microtome.model.ModelConfig.BlockLayout;
import dev.microtome.model.ModelConfig.Head;
import dev.microtome.model.Positions;
import dev.microtome.model.load.Blueprint.AttentionSizes;
import dev.microtome.model.load.Blueprint.Tying;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * BERT (Devlin et al. 2018) with its masked-language-model head; without one where the architecture
 * that config.json names has none, as encoders of sentences and classifiers.
 */
final class Bert implements Architecture {
  private static final Set<String> WITHOUT_HEAD =
      Set.of(
          "BertModel",
          "BertForSequenceClassification",
          "BertForTokenClassification",
          "BertForMultipleChoice",
          "BertForQuestionAnswering",
          "BertForNextSentencePrediction");
  private static final Pattern UNUSED =
      Pattern.compile(
          "embeddings\\.position_ids|pooler\\.dense\\.(weight|bias)|(cls\\.seq_relationship|classifier|qa_outputs)\\.(weight|bias)");

  @Override
  public String modelType() {
    return "bert";
  }

  @Override
  public Blueprint blueprint(ConfigJson json) {
    json.only("is_decoder", false);
    String positions = json.string("position_embedding_type", "absolute");
    if (!positions.equals("absolute")) {
      throw json.unsupported(
          "position_embedding_type", "'" + Json.shorten(positions) + "'", "absolute");
    }
    Dim dModel = json.size("hidden_size", ConfigJson.MAX_WIDTH);
    Dim nHeads = json.size("num_attention_heads", ConfigJson.MAX_HEADS);
    Dim dHead = json.headWidth(dModel, nHeads);
    Dim dMlp = json.size("intermediate_size", ConfigJson.MAX_WIDTH);
    Dim dVocab = json.size("vocab_size", Integer.MAX_VALUE);
    Dim nCtx = json.size("max_position_embeddings", Integer.MAX_VALUE);
    Dim tokenTypes = json.size("type_vocab_size", Integer.MAX_VALUE, 2);
    int nLayers = json.size("num_hidden_layers", ConfigJson.MAX_LAYERS).intSize();

    Tying tying = Tying.of(json, Tying.TIED);
    boolean headless =
        json.node("architectures")
            .map(named -> WITHOUT_HEAD.contains(named.path(0).asText()))
            .orElse(false);
    ModelConfigBuilder config =
        new ModelConfigBuilder(modelType())
            .layers(nLayers)
            .widths(dModel, dModel, dMlp)
            .heads(nHeads, nHeads, dHead)
            .vocabulary(dVocab)
            .context(nCtx)
            .tokenTypes(tokenTypes.intSize())
            .activation(json.activation("hidden_act", "gelu"))
            .normEpsilon(json.positive("layer_norm_eps", 1e-12))
            .blockLayout(BlockLayout.POST_NORM)
            .withoutFinalNorm()
            .positions(new Positions.Learned(0))
            .bidirectional()
            .head(headless ? Head.NONE : Head.MASKED);

    AttentionSizes sizes = new AttentionSizes(dModel, nHeads, nHeads, dHead);
    Blueprint.Builder parameters = Blueprint.builder(config.build());
    parameters.add(Parameter.of("embed.W_E", "embeddings.word_embeddings.weight", dVocab, dModel));
    parameters.add(
        Parameter.of("pos_embed.W_pos", "embeddings.position_embeddings.weight", nCtx, dModel));
    parameters.add(
        Parameter.of(
            "token_type.W", "embeddings.token_type_embeddings.weight", tokenTypes, dModel));
    parameters.layerNorm("embed.ln", "embeddings.LayerNorm", dModel);
    for (int i = 0; i < nLayers; i++) {
      String to = "blocks." + i + ".";
      String from = "encoder.layer." + i + ".";
      String attention = from + "attention.self.";
      parameters.qkv(
          to + "attn", sizes, attention + "query", attention + "key", attention + "value");
      parameters.linear(to + "attn.%s_O", from + "attention.output.dense", dModel, sizes.queries());
      parameters.layerNorm(to + "ln1", from + "attention.output.LayerNorm", dModel);
      parameters.linear(to + "mlp.%s_in", from + "intermediate.dense", dMlp, dModel);
      parameters.linear(to + "mlp.%s_out", from + "output.dense", dModel, dMlp);
      parameters.layerNorm(to + "ln2", from + "output.LayerNorm", dModel);
    }
    return headless ? parameters.build() : withHead(parameters, tying, dModel, dVocab).build();
  }

  private static Blueprint.Builder withHead(
      Blueprint.Builder parameters, Tying tying, Dim dModel, Dim dVocab) {
    parameters.linear("mlm_head.%s", "cls.predictions.transform.dense", dModel, dModel);
    parameters.layerNorm("mlm_head.ln", "cls.predictions.transform.LayerNorm", dModel);
    parameters.add(Parameter.of("unembed.b_U", "cls.predictions.bias", dVocab));
    parameters.copy("cls.predictions.decoder.bias", "cls.predictions.bias");
    return parameters.unembedding(
        tying,
        "embeddings.word_embeddings.weight",
        "cls.predictions.decoder.weight",
        dVocab,
        dModel);
  }

  @Override
  public KnownKeys harmlessKeys() {
    return KnownKeys.COMMON.and(
        "directionality",
        "pooler_fc_size",
        "pooler_num_attention_heads",
        "pooler_num_fc_layers",
        "pooler_size_per_head",
        "pooler_type");
  }

  @Override
  public String modernName(String tensor) {
    String name = Names.without("bert.", tensor);
    if (name.endsWith("LayerNorm.gamma")) {
      return name.substring(0, name.length() - "gamma".length()) + "weight";
    }
    if (name.endsWith("LayerNorm.beta")) {
      return name.substring(0, name.length() - "beta".length()) + "bias";
    }
    return name;
  }

  @Override
  public boolean ignores(String tensor) {
    return UNUSED.matcher(tensor).matches();
  }
}
