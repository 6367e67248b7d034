package dev.microtome.jobs.spark;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.microtome.run.Manifest;
import java.util.List;

/**
 * What a file of ours says in its footer about the table it belongs to.
 *
 * @param columns with their documentation
 */
record TableFacts(String name, String doc, List<Manifest.Column> columns) {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  static String json(String name, String doc, List<Manifest.Column> columns) {
    try {
      return MAPPER.writeValueAsString(new TableFacts(name, doc, columns));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("cannot write the columns of " + name + " as JSON", e);
    }
  }

  static TableFacts parse(String json) throws JsonProcessingException {
    return MAPPER.readValue(json, TableFacts.class);
  }
}
