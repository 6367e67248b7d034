package dev.microtome.jobs.labels;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import java.util.TreeMap;

/** What collect-activations says of its vectors in the metadata of their table. */
public final class ActivationShapes {
  private ActivationShapes() {}

  /**
   * Numbers of a vector by its hook point. Those of attention, which are as many as a sequence is
   * long, are left out; empty for a table that something else wrote.
   */
  public static Map<String, Integer> widths(Map<String, String> metadata) {
    Map<String, Integer> widths = new TreeMap<>();
    try {
      JsonNode shapes = new ObjectMapper().readTree(metadata.getOrDefault("shape", "{}"));
      for (Map.Entry<String, JsonNode> shape : shapes.properties()) {
        int width = 1;
        for (JsonNode size : shape.getValue()) {
          width *= size.asInt();
        }
        if (width > 0) {
          widths.put(shape.getKey(), width);
        }
      }
    } catch (JsonProcessingException e) {
      // A table of another program may mean something else by the word.
      return Map.of();
    }
    return widths;
  }
}
