package dev.microtome.run;

import java.io.Serializable;

/**
 * One file of a table, as its writer counted it.
 *
 * @param table name of the table
 * @param path inside the run directory, such as {@code tokens/part-00007.parquet}
 * @param rows rows by the file's footer
 * @param bytes size
 * @param sha256 of the whole file, hexadecimal
 */
public record DataFile(String table, String path, long rows, long bytes, String sha256)
    implements Serializable {}
