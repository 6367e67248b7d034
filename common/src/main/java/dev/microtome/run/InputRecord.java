package dev.microtome.run;

/**
 * An input as a run found it.
 *
 * @param kind "text", "table", "model", "checkpoints" or "file"
 * @param path as it was resolved, fully qualified
 * @param digest SHA-256 that changes when the input does; what it covers depends on the kind
 * @param files number of files
 * @param rows rows of a table, else -1
 * @param bytes size of all files together
 */
public record InputRecord(
    String kind, String path, String digest, long files, long rows, long bytes) {}
