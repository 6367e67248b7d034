package dev.microtome.jobs.labels;

import dev.microtome.jobs.TableInput;
import dev.microtome.jobs.inputs.EraserFolder;
import dev.microtome.model.ModelIdentity;
import java.io.Serializable;
import java.util.List;

/**
 * A part as it is planned: what it reads, and what all parts share.
 *
 * @param model whose activations they are; null where the table does not say it
 * @param labelFiles of the table that holds the labels, or the activations
 * @param erasers that the job applies; null of one that applies none
 */
public record LabelledPart(
    LabelledSlices part,
    ActivationSource.Encoding encoding,
    ModelIdentity model,
    LabelTable labels,
    List<TableInput.TableFile> labelFiles,
    EraserFolder erasers)
    implements Serializable {
  public LabelledPart {
    labelFiles = List.copyOf(labelFiles);
  }

  /** The same part of a job that applies erasers. */
  public LabelledPart with(EraserFolder others) {
    return new LabelledPart(part, encoding, model, labels, labelFiles, others);
  }
}
