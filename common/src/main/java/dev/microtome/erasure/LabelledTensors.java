package dev.microtome.erasure;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.microtome.linalg.Matrix;
import dev.microtome.model.load.Dtype;
import dev.microtome.model.load.Safetensors;
import dev.microtome.model.load.SafetensorsWriter;
import dev.microtome.run.InputException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Erasers that need labels, in a file of erasers: their tensors, and their targets as metadata. */
final class LabelledTensors {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String TARGETS = ".targets";
  private static final String COEFFICIENTS = ".coefficients";
  private static final String MEAN_Z = ".mean_z";
  private static final String TRANSPORTS = ".transports";
  private static final String CLASS_MEANS = ".class_means";
  private static final String MEAN = ".mean";

  /** What tells concepts of such erasers from others. */
  static final List<String> FIRST_TENSORS = List.of(COEFFICIENTS, TRANSPORTS);

  private LabelledTensors() {}

  static void declare(SafetensorsWriter writer, LabelledErasure erasure) {
    String concept = erasure.targets().concept();
    writer.metadata(concept + TARGETS, json(erasure.targets()));
    int d = erasure.eraser().dimensions();
    int k = erasure.eraser().targets();
    if (erasure.eraser() instanceof OracleEraser) {
      writer.tensor(concept + COEFFICIENTS, Dtype.F64, d, k).tensor(concept + MEAN_Z, Dtype.F64, k);
    } else {
      writer
          .tensor(concept + TRANSPORTS, Dtype.F64, k, d, d)
          .tensor(concept + CLASS_MEANS, Dtype.F64, k, d)
          .tensor(concept + MEAN, Dtype.F64, d);
    }
  }

  static void write(SafetensorsWriter.Sink out, LabelledEraser eraser) throws IOException {
    if (eraser instanceof OracleEraser oracle) {
      out.doubles(oracle.coefficients().toArray());
      out.doubles(oracle.meanZ());
    } else if (eraser instanceof QuadraticEraser quadratic) {
      for (int label = 0; label < quadratic.targets(); label++) {
        out.doubles(quadratic.transport(label).toArray());
      }
      for (int label = 0; label < quadratic.targets(); label++) {
        out.doubles(quadratic.classMean(label));
      }
      out.doubles(quadratic.target());
    }
  }

  /**
   * Reads that of a concept.
   *
   * @throws IllegalArgumentException if its tensors do not fit each other
   */
  static LabelledErasure read(Safetensors file, String concept) {
    ConceptTargets targets = targets(file, concept);
    if (file.names().contains(concept + COEFFICIENTS)) {
      double[] meanZ = file.doubles(concept + MEAN_Z);
      return new LabelledErasure(
          targets, new OracleEraser(EraserFile.matrix(file, concept + COEFFICIENTS), meanZ));
    }
    double[] target = file.doubles(concept + MEAN);
    int d = target.length;
    Matrix means = EraserFile.matrix(file, concept + CLASS_MEANS);
    Matrix transports = Matrix.of(means.rows() * d, d, file.doubles(concept + TRANSPORTS));
    List<double[]> classMeans = new ArrayList<>();
    List<Matrix> maps = new ArrayList<>();
    for (int label = 0; label < means.rows(); label++) {
      classMeans.add(means.row(label));
      maps.add(transports.rows(label * d, (label + 1) * d));
    }
    return new LabelledErasure(targets, new QuadraticEraser(classMeans, maps, target));
  }

  /** {@code [{"name": "gender", "classes": ["female", "male"]}]}, a column of labels each. */
  private static String json(ConceptTargets targets) {
    ArrayNode columns = JSON.createArrayNode();
    for (ConceptTargets.LabelColumn column : targets.columns()) {
      ObjectNode object = columns.addObject().put("name", column.name());
      ArrayNode classes = object.putArray("classes");
      column.classes().forEach(classes::add);
    }
    return columns.toString();
  }

  private static ConceptTargets targets(Safetensors file, String concept) {
    String text = file.metadata().getOrDefault(concept + TARGETS, "");
    try {
      List<ConceptTargets.LabelColumn> columns = new ArrayList<>();
      for (JsonNode column : JSON.readTree(text)) {
        List<String> classes = new ArrayList<>();
        column.path("classes").forEach(name -> classes.add(name.asText()));
        columns.add(new ConceptTargets.LabelColumn(column.path("name").asText(), classes));
      }
      return new ConceptTargets(concept, columns);
    } catch (JsonProcessingException e) {
      throw new InputException(
          "%s: the metadata '%s%s' is no JSON: %s"
              .formatted(file.file(), concept, TARGETS, e.getOriginalMessage()),
          e);
    }
  }
}
