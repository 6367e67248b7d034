package dev.microtome.jobs;

import dev.microtome.activations.ActivationCodec;
import dev.microtome.table.RowReader;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads Parquet files into row records. */
public interface TableReader {
  /**
   * Opens rows [from, to) of one Parquet file. Only the record's columns are read, matched by name;
   * others in the file are skipped.
   *
   * @param path the file
   * @param rowType record whose components name the columns; whole numbers of any width may be read
   *     as {@code int} or {@code long} if that can hold them, a {@code float} as {@code double}
   * @param from first row, counted from 0 in file order
   * @param to one past the last row, at most the file's row count
   * @throws dev.microtome.run.InputException when the file is not Parquet, is corrupt, or lacks a
   *     column; the message names the file
   */
  <R extends Record> RowReader<R> read(String path, Class<R> rowType, long from, long to)
      throws IOException;

  /** Opens all rows of one Parquet file. */
  <R extends Record> RowReader<R> read(String path, Class<R> rowType) throws IOException;

  /**
   * Opens rows [from, to) of one Parquet file whose columns have other names than the record's.
   *
   * @param columns name of a column in the file, by the name of the record's column; others keep
   *     their name
   */
  <R extends Record> RowReader<R> read(
      String path, Class<R> rowType, Map<String, String> columns, long from, long to)
      throws IOException;

  /** Names of a file's columns, in its order. Nothing but the footer is read. */
  List<String> columns(String path) throws IOException;

  /**
   * The rows of the row groups whose middle lies in bytes [fromByte, toByte) of a file. Ranges of
   * bytes that together make the file give each row once.
   */
  Rows rows(String path, long fromByte, long toByte) throws IOException;

  /**
   * The row groups of a file in their order, and what their statistics say of a column of whole
   * numbers. Nothing but the footer is read.
   *
   * @param column name of an {@code int} or {@code long} column, or of a list of such numbers, of
   *     whose elements the statistics are
   */
  List<RowGroup> rowGroups(String path, String column) throws IOException;

  /**
   * Opens rows [from, to) of a file of vectors.
   *
   * @throws dev.microtome.run.InputException when the file is not Parquet or lacks a column
   */
  VectorRows vectors(String path, VectorColumns columns, long from, long to) throws IOException;

  /**
   * The row groups of a file in their order, and the text that a column has in all rows of each if
   * its statistics say so. Nothing but the footer is read.
   */
  List<TextGroup> textGroups(String path, String column) throws IOException;

  /**
   * What is read of a table of vectors.
   *
   * @param id column of whole numbers
   * @param vector column of floats: a list of them, or bytes
   * @param dtype of the bytes
   * @param width values of a vector
   */
  record VectorColumns(String id, String vector, ActivationCodec dtype, int width)
      implements Serializable {}

  /** Rows [from, to) of a file, in which a column has one text; empty if that is not known. */
  record TextGroup(long from, long to, Optional<String> text) {}

  /**
   * Rows [from, to) of a file, whose column holds numbers from {@code smallest} to {@code largest}:
   * of all {@code long}s where the file has no statistics.
   */
  record RowGroup(long from, long to, long smallest, long largest) {
    /** Whether the file says anything of the column's numbers. */
    public boolean hasStatistics() {
      return smallest > Long.MIN_VALUE || largest < Long.MAX_VALUE;
    }
  }

  /** Rows [from, to) of a file. */
  record Rows(long from, long to) {}
}
