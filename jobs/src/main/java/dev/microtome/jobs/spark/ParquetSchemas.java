package dev.microtome.jobs.spark;

import static org.apache.parquet.schema.LogicalTypeAnnotation.stringType;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.BINARY;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.BOOLEAN;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.DOUBLE;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.FLOAT;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.INT32;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.INT64;

import dev.microtome.table.ColumnType;
import dev.microtome.table.RowSchema;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;

/**
 * Parquet's form of a row record: every column required, lists in the standard three levels, as
 * Spark, DuckDB and Arrow read them.
 */
final class ParquetSchemas {
  static final String LIST = "list";
  static final String ELEMENT = "element";

  private ParquetSchemas() {}

  static MessageType of(RowSchema schema) {
    Types.MessageTypeBuilder message = Types.buildMessage();
    for (RowSchema.Field field : schema.fields()) {
      message.addField(column(field.name(), field.type()));
    }
    return message.named("spark_schema");
  }

  /** Path of the column that holds the field's values. */
  static String[] leaf(RowSchema.Field field) {
    return field.type().isArray()
        ? new String[] {field.name(), LIST, ELEMENT}
        : new String[] {field.name()};
  }

  private static Type column(String name, ColumnType type) {
    return switch (type) {
      case LONG -> Types.required(INT64).named(name);
      case INT -> Types.required(INT32).named(name);
      case FLOAT -> Types.required(FLOAT).named(name);
      case DOUBLE -> Types.required(DOUBLE).named(name);
      case BOOLEAN -> Types.required(BOOLEAN).named(name);
      case STRING -> Types.required(BINARY).as(stringType()).named(name);
      case BINARY -> Types.required(BINARY).named(name);
      case INT_ARRAY ->
          Types.requiredList().element(Types.required(INT32).named(ELEMENT)).named(name);
      case FLOAT_ARRAY ->
          Types.requiredList().element(Types.required(FLOAT).named(ELEMENT)).named(name);
      case STRING_ARRAY ->
          Types.requiredList()
              .element(Types.required(BINARY).as(stringType()).named(ELEMENT))
              .named(name);
    };
  }
}
