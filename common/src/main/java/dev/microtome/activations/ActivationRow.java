package dev.microtome.activations;

import dev.microtome.table.Column;

/**
 * One activation vector as bytes: the bulk form.
 *
 * @see ActivationCodec
 */
@SuppressWarnings(
    "ArrayRecordComponent") // a row at the Parquet border: written at once, kept by nobody
public record ActivationRow(
    @Column(doc = "address of the hook point, as in TransformerLens") String hook,
    @Column(doc = "the sequence's id in the tokens table") long sequenceId,
    @Column(doc = "position of the token in its sequence, from 0", unit = "tokens") int position,
    @Column(doc = "the token at that position") int tokenId,
    @Column(
            doc =
                "the values, little-endian and row-major; dtype and shape of each hook stand in the file's metadata and in the"
                    + " manifest")
        byte[] activation) {}
