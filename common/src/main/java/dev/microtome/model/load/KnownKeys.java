package dev.microtome.model.load;

import java.util.HashSet;
import java.util.Set;

/**
 * The keys of config.json that leave a forward pass in float32 without dropout as it is. Everything
 * else is either honoured by the family's architecture or refused.
 */
final class KnownKeys {
  /** What transformers stores for every family. */
  static final KnownKeys COMMON =
      new KnownKeys(
          // Who wrote it, and for what.
          "model_type",
          "architectures",
          "transformers_version",
          "tokenizer_class",
          "task_specific_params",
          "finetuning_task",
          "problem_type",
          "num_labels",
          "id2label",
          "label2id",
          "prefix",
          "license",
          "language",
          // Stored or computed type; weights are cast up to float32.
          "torch_dtype",
          "dtype",
          // Token ids.
          "bos_token_id",
          "eos_token_id",
          "pad_token_id",
          "sep_token_id",
          "cls_token_id",
          "mask_token_id",
          "unk_token_id",
          "decoder_start_token_id",
          "forced_bos_token_id",
          "forced_eos_token_id",
          "bad_words_ids",
          "suppress_tokens",
          "begin_suppress_tokens",
          // Training.
          "initializer_range",
          "attention_dropout",
          "hidden_dropout",
          "resid_dropout",
          "embed_dropout",
          "dropout",
          "activation_dropout",
          "classifier_dropout",
          "attention_probs_dropout_prob",
          "hidden_dropout_prob",
          "layerdrop",
          "attn_pdrop",
          "embd_pdrop",
          "resid_pdrop",
          "gradient_checkpointing",
          "init_std",
          "layer_norm_std",
          // What a call returns, caches and how it is executed.
          "use_cache",
          "cache_implementation",
          "output_attentions",
          "output_hidden_states",
          "output_past",
          "return_dict",
          "use_return_dict",
          "torchscript",
          "chunk_size_feed_forward",
          "pretraining_tp",
          "use_bfloat16",
          "reorder_and_upcast_attn",
          "attn_implementation",
          "gradient_checkpointing_kwargs",
          // Other heads than the language model's.
          "summary_type",
          "summary_use_proj",
          "summary_activation",
          "summary_first_dropout",
          "summary_proj_to_labels",
          // Generation.
          "max_length",
          "min_length",
          "do_sample",
          "early_stopping",
          "num_beams",
          "num_beam_groups",
          "diversity_penalty",
          "temperature",
          "top_k",
          "top_p",
          "typical_p",
          "repetition_penalty",
          "length_penalty",
          "no_repeat_ngram_size",
          "encoder_no_repeat_ngram_size",
          "num_return_sequences",
          "output_scores",
          "return_dict_in_generate",
          "remove_invalid_values",
          "exponential_decay_length_penalty");

  private final Set<String> keys;

  private KnownKeys(String... keys) {
    this.keys = Set.of(keys);
  }

  private KnownKeys(Set<String> keys) {
    this.keys = keys;
  }

  static KnownKeys none() {
    return new KnownKeys(Set.of());
  }

  KnownKeys and(String... more) {
    Set<String> all = new HashSet<>(keys);
    all.addAll(Set.of(more));
    return new KnownKeys(all);
  }

  /**
   * Keys with a leading underscore are transformers' private notes (_name_or_path, _commit_hash …).
   */
  boolean contains(String key) {
    return key.startsWith("_") || keys.contains(key);
  }
}
