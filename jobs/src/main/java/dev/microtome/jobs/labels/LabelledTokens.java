package dev.microtome.jobs.labels;

import dev.microtome.config.InputPath;
import dev.microtome.jobs.Inputs;
import dev.microtome.jobs.JobContext;
import dev.microtome.jobs.TableInput;
import dev.microtome.jobs.TableReader.RowGroup;
import dev.microtome.jobs.inputs.TokenSlices;
import dev.microtome.run.InputException;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Tokens with labels, for jobs that compute the activations themselves.
 *
 * @param parts in the order of the table
 * @param labelFiles of the table of labels
 */
public record LabelledTokens(
    List<Part> parts, LabelTable labels, List<TableInput.TableFile> labelFiles)
    implements Serializable {
  public LabelledTokens {
    parts = List.copyOf(parts);
    labelFiles = List.copyOf(labelFiles);
  }

  /** A part of the sequences, and where labels of them may be. */
  public record Part(TokenSlices tokens, SequenceRange sequences, TokenSlices labels)
      implements Serializable {}

  /**
   * Opens the labels and finds those of each part.
   *
   * @param path where the tokens are
   * @param tokens opened, and cut into {@code slices}
   * @param concept to which the labels belong
   * @param realValued the concept, if its values are numbers
   * @throws InputException if there is no such concept, or no label is of these sequences
   */
  public static LabelledTokens open(
      InputPath path,
      TableInput tokens,
      List<TokenSlices> slices,
      InputPath labels,
      String concept,
      List<String> realValued,
      Inputs inputs)
      throws IOException {
    LabelTable.Opened opened =
        LabelTable.open(
            new LabelSource(path, Optional.of(labels), List.of(concept), realValued),
            tokens,
            inputs);
    try {
      LabelPlaces places = LabelPlaces.of(opened.table().files(), inputs.tables());
      Map<String, List<RowGroup>> byPath =
          tokens.files().parallelStream()
              .filter(file -> file.rows() > 0)
              .collect(
                  Collectors.toMap(
                      TableInput.TableFile::path,
                      file -> LabelPlaces.groups(file.path(), inputs.tables())));
      List<Part> parts =
          slices.stream()
              .map(
                  part -> {
                    SequenceRange sequences = LabelPlaces.sequences(part, byPath);
                    return new Part(part, sequences, places.of(sequences));
                  })
              .toList();
      if (parts.stream().allMatch(part -> part.labels().slices().isEmpty())) {
        throw new InputException(
            "labels %s: none has a sequence_id of the tokens in %s: are they of other sequences?"
                .formatted(labels, path));
      }
      return new LabelledTokens(parts, opened.labels(), opened.table().files());
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /**
   * The same tokens. Labels that parts would read again and again are put in ranges of sequences,
   * by a stage of its own.
   */
  public LabelledTokens inRanges(JobContext context) {
    LabelRanges.Found found =
        LabelRanges.find(
            labels,
            labelFiles,
            parts.stream().map(Part::sequences).toList(),
            parts.stream().map(Part::labels).toList(),
            context);
    List<Part> joined = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      Part part = parts.get(i);
      joined.add(new Part(part.tokens(), part.sequences(), found.byPart().get(i)));
    }
    return new LabelledTokens(joined, found.labels(), labelFiles);
  }

  /** The stage that counts the labels of each class. */
  public LabelCensus census(Unlabelled unlabelled, JobContext context) throws IOException {
    return LabelCensus.take(labels, labelFiles, unlabelled, context);
  }
}
