package dev.microtome.erasure;

import dev.microtome.table.Column;
import dev.microtome.table.TableSpec;

/** A row of the table {@code scrubbing_losses}: what a model loses under erasers. */
public record ScrubbingLossRow(
    @Column(
            doc =
                "original: the model as it is; scrubbed: under the concept's erasers; random_N: under those of random subspaces of the same rank")
        String variant,
    @Column(doc = "the concept that is erased") String concept,
    @Column(doc = "sequences with a token to predict", unit = "sequences") long sequences,
    @Column(doc = "tokens predicted: all but the first of each sequence", unit = "tokens")
        long tokens,
    @Column(
            doc =
                "UTF-8 bytes of the text of these tokens, special ones without any; 0 where no tokenizer tells",
            unit = "bytes")
        long bytes,
    @Column(doc = "mean loss of a token", unit = "nats") double lossNats,
    @Column(doc = "its standard error, by sequences", unit = "nats") double lossStandardError,
    @Column(doc = "the same loss over ln 2", unit = "bits") double bitsPerToken,
    @Column(doc = "all tokens' loss in bits over all bytes; NaN without bytes", unit = "bits")
        double bitsPerByte,
    @Column(doc = "its standard error, by sequences; NaN without bytes", unit = "bits")
        double bitsPerByteStandardError,
    @Column(doc = "mean loss of a token minus that of the original", unit = "nats")
        double increaseNats,
    @Column(doc = "standard error of this difference of the same sequences", unit = "nats")
        double increaseStandardError) {
  public static final TableSpec<ScrubbingLossRow> TABLE =
      TableSpec.of(
          "scrubbing_losses",
          ScrubbingLossRow.class,
          "The loss of a model without a concept, or without as many random dimensions");
}
