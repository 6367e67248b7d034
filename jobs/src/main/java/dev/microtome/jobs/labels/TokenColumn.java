package dev.microtome.jobs.labels;

import dev.microtome.jobs.TableReader;
import dev.microtome.table.Column;
import dev.microtome.table.RowReader;
import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;

/** The tokens of a table's rows, where it has a column of them. */
final class TokenColumn implements Closeable {
  private static final String NAME = "token_id";

  private final Optional<RowReader<TokenRow>> rows;

  private TokenColumn(Optional<RowReader<TokenRow>> rows) {
    this.rows = rows;
  }

  /** The column that tables of Microtome have, and those of other programs may lack. */
  record TokenRow(@Column(doc = "the token at that position", nullable = true) Integer tokenId) {}

  /**
   * Opens rows [from, to) of a file.
   *
   * @throws dev.microtome.run.InputException if there is such a column and it is not of tokens
   */
  static TokenColumn open(TableReader tables, String path, long from, long to) throws IOException {
    return new TokenColumn(
        tables.columns(path).contains(NAME)
            ? Optional.of(tables.read(path, TokenRow.class, from, to))
            : Optional.empty());
  }

  /** The next row's; {@link LabelTable#NO_TOKEN} where it has none. */
  int next() {
    return rows.map(reader -> reader.next().tokenId()).orElse(LabelTable.NO_TOKEN);
  }

  @Override
  public void close() throws IOException {
    if (rows.isPresent()) {
      rows.get().close();
    }
  }
}
