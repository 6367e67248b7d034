package dev.microtome.table;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.List;

/** Types a column can have, named as Spark SQL names them. */
public enum ColumnType {
  LONG("LONG"),
  INT("INT"),
  FLOAT("FLOAT"),
  DOUBLE("DOUBLE"),
  BOOLEAN("BOOLEAN"),
  STRING("STRING"),
  BINARY("BINARY"),
  INT_ARRAY("ARRAY<INT>"),
  FLOAT_ARRAY("ARRAY<FLOAT>"),
  STRING_ARRAY("ARRAY<STRING>");

  private final String sqlName;

  ColumnType(String sqlName) {
    this.sqlName = sqlName;
  }

  /** The type in Spark SQL, such as {@code ARRAY<FLOAT>}. */
  public String sqlName() {
    return sqlName;
  }

  public boolean isArray() {
    return this == INT_ARRAY || this == FLOAT_ARRAY || this == STRING_ARRAY;
  }

  static ColumnType of(Type type) {
    if (type == long.class) {
      return LONG;
    } else if (type == int.class) {
      return INT;
    } else if (type == float.class) {
      return FLOAT;
    } else if (type == double.class) {
      return DOUBLE;
    } else if (type == boolean.class) {
      return BOOLEAN;
    } else if (type == String.class) {
      return STRING;
    } else if (type == byte[].class) {
      return BINARY;
    } else if (type == int[].class) {
      return INT_ARRAY;
    } else if (type == float[].class) {
      return FLOAT_ARRAY;
    } else if (type == String[].class || isListOfStrings(type)) {
      return STRING_ARRAY;
    }
    throw new IllegalArgumentException(
        "no column type for "
            + type.getTypeName()
            + " (long, int, float, double, boolean, String, byte[], int[], float[], String[] and List<String> have one)");
  }

  private static boolean isListOfStrings(Type type) {
    return type instanceof ParameterizedType list
        && list.getRawType() == List.class
        && list.getActualTypeArguments()[0] == String.class;
  }
}
