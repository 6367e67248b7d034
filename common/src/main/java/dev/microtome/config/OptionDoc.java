package dev.microtome.config;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;

/**
 * A key of a configuration record as {@code describe} shows it.
 *
 * @param key as the user writes it; keys of a group have the group's name before a dot, those of a
 *     list's elements {@code []}
 * @param type in words
 * @param orElse default value as HOCON; empty where the key is required
 */
public record OptionDoc(String key, String type, String orElse, String doc) {
  /** Every key of a configuration record, groups opened, in the order of the components. */
  public static List<OptionDoc> of(Class<? extends Record> type) {
    List<OptionDoc> docs = new ArrayList<>();
    collect(type, "", docs);
    return docs;
  }

  private static void collect(Class<?> type, String prefix, List<OptionDoc> docs) {
    for (RecordComponent component : type.getRecordComponents()) {
      Option option = component.getAnnotation(Option.class);
      if (option == null) {
        throw new IllegalArgumentException(component + " has no @Option");
      }
      String key = prefix + Names.key(component);
      Type generic = component.getGenericType();
      docs.add(new OptionDoc(key, TypeNames.of(generic), option.orElse(), option.doc()));
      String path = key;
      while (generic instanceof ParameterizedType wrapper) {
        path += wrapper.getRawType() == List.class ? "[]" : "";
        Type[] arguments = wrapper.getActualTypeArguments();
        generic = arguments[arguments.length - 1];
      }
      if (generic instanceof Class<?> options && Names.isOptions(options)) {
        collect(options, path + ".", docs);
      }
    }
  }
}
