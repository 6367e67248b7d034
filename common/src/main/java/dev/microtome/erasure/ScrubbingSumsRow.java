package dev.microtome.erasure;

import dev.microtome.table.Column;

/** What a part of the sequences adds to {@link ScrubbingLosses}. */
@SuppressWarnings("ArrayRecordComponent") // a row at the Parquet border
public record ScrubbingSumsRow(
    @Column(doc = "sequences with a token to predict", unit = "sequences") long sequences,
    @Column(doc = "tokens predicted", unit = "tokens") long tokens,
    @Column(doc = "bytes of their text", unit = "bytes") long bytes,
    @Column(
            doc =
                "little-endian float64, means over sequences: tokens, bytes, loss under each variant")
        byte[] mean,
    @Column(doc = "little-endian float64, the scatter's upper triangle by rows") byte[] scatter) {}
