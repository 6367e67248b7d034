package dev.microtome.jobs.features;

import dev.microtome.model.load.ModelFiles;
import dev.microtome.text.Tokenizer;
import java.io.IOException;
import java.util.Optional;

/** How tokens are spelt: as the model's tokenizer has them, or by number without one. */
final class Vocabulary implements AutoCloseable {
  private final Optional<Tokenizer> tokenizer;

  private Vocabulary(Optional<Tokenizer> tokenizer) {
    this.tokenizer = tokenizer;
  }

  static Vocabulary of(ModelFiles model) throws IOException {
    return new Vocabulary(
        model.tokenizer().isPresent()
            ? Optional.of(Tokenizer.open(model.tokenizer().get()))
            : Optional.empty());
  }

  /** A token; one that the tokenizer does not have, in a padded embedding say, is a number. */
  String spelling(int id) {
    if (tokenizer.isEmpty() || id >= tokenizer.get().vocabularySize()) {
      return "#" + id;
    }
    return tokenizer.get().token(id);
  }

  @Override
  public void close() {
    tokenizer.ifPresent(Tokenizer::close);
  }
}
