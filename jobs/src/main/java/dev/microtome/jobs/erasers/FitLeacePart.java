package dev.microtome.jobs.erasers;

import dev.microtome.jobs.TableInput;
import java.io.Serializable;
import java.util.List;

/**
 * A part as it is planned: what it reads, and what all parts share.
 *
 * @param labelFiles of the table that holds the labels, or the activations
 */
record FitLeacePart(
    FitPart part,
    ActivationSource.Encoding encoding,
    LabelTable labels,
    List<TableInput.TableFile> labelFiles)
    implements Serializable {}
