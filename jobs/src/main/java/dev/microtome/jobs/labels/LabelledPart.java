package dev.microtome.jobs.labels;

import dev.microtome.jobs.TableInput;
import dev.microtome.jobs.inputs.EraserFolder;
import java.io.Serializable;
import java.util.List;

/**
 * A part as it is planned: what it reads, and what all parts share.
 *
 * @param labelFiles of the table that holds the labels, or the activations
 * @param erasers that the job applies; null of one that applies none
 */
public record LabelledPart(
    LabelledSlices part,
    ActivationSource.Encoding encoding,
    LabelTable labels,
    List<TableInput.TableFile> labelFiles,
    EraserFolder erasers)
    implements Serializable {
  public LabelledPart {
    labelFiles = List.copyOf(labelFiles);
  }

  /** The same part of a job that applies erasers. */
  public LabelledPart with(EraserFolder others) {
    return new LabelledPart(part, encoding, labels, labelFiles, others);
  }
}
