package dev.microtome.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.typesafe.config.ConfigObject;
import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/** Turns a configuration record back into keys and values. */
final class ConfigWriter {
  private static final ObjectMapper MAPPER = JsonMapper.builder().build();

  private ConfigWriter() {}

  static JsonNode json(Object value, Function<InputPath, String> inputs) {
    if (value == null) {
      return NullNode.getInstance();
    } else if (value instanceof Optional<?> optional) {
      return json(optional.orElse(null), inputs);
    } else if (value instanceof InputPath path) {
      return TextNode.valueOf(inputs.apply(path));
    } else if (value instanceof Enum<?> constant) {
      return TextNode.valueOf(Names.of(constant));
    } else if (value instanceof ConfigObject group) {
      return json(group.unwrapped(), inputs);
    } else if (value instanceof Collection<?> list) {
      ArrayNode array = JsonNodeFactory.instance.arrayNode();
      list.forEach(element -> array.add(json(element, inputs)));
      return array;
    } else if (value instanceof Map<?, ?> map) {
      TreeMap<String, JsonNode> sorted = new TreeMap<>();
      map.forEach((key, element) -> sorted.put(key.toString(), json(element, inputs)));
      return object(sorted);
    } else if (value instanceof Record config && Names.isOptions(config.getClass())) {
      TreeMap<String, JsonNode> sorted = new TreeMap<>();
      for (RecordComponent component : config.getClass().getRecordComponents()) {
        sorted.put(Names.key(component), json(Names.value(component, config), inputs));
      }
      return object(sorted);
    }
    return MAPPER.valueToTree(value);
  }

  private static ObjectNode object(Map<String, JsonNode> sorted) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    object.setAll(sorted);
    return object;
  }
}
