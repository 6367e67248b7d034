package dev.microtome.jobs.gaps;

import java.io.Serializable;

/**
 * A part as it is planned: documents whose labels are read, and what all parts share.
 *
 * @param vectors what is done with the documents that are drawn
 */
record LabelsPart(DocumentRange.Part documents, VectorsTask vectors) implements Serializable {}
