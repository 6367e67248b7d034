package dev.microtome.jobs.spark;

import dev.microtome.table.ColumnType;
import dev.microtome.table.RowSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.IntLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.ListLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.StringLogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.Type;

/** Which columns of a file serve which components of a row record. */
final class ParquetColumns {
  private ParquetColumns() {}

  /** What is wrong with a file's columns, in words; empty where the record can be read. */
  static Optional<String> misfit(MessageType file, RowSchema wanted, Map<String, String> renamed) {
    List<String> problems = new ArrayList<>();
    for (RowSchema.Field field : wanted.fields()) {
      String name = renamed.getOrDefault(field.name(), field.name());
      if (!file.containsField(name)) {
        problems.add("no column " + name + " " + field.type().sqlName());
      } else if (!fits(file, name, field.type())) {
        problems.add(
            "column "
                + name
                + " is "
                + describe(file.getType(name))
                + ", needed is "
                + field.type().sqlName());
      }
    }
    return problems.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", problems));
  }

  private static boolean fits(MessageType file, String name, ColumnType type) {
    List<ColumnDescriptor> leaves = leaves(file, name);
    if (leaves.size() != 1) {
      return false;
    }
    ColumnDescriptor leaf = leaves.get(0);
    // A list is (list, list, element); one of structs is deeper, and a struct is no scalar even if
    // it has one field.
    if (type.isArray() ? leaf.getPath().length > 3 : leaf.getPath().length > 1) {
      return false;
    }
    PrimitiveType primitive = leaf.getPrimitiveType();
    boolean text = primitive.getLogicalTypeAnnotation() instanceof StringLogicalTypeAnnotation;
    boolean plain = primitive.getLogicalTypeAnnotation() == null;
    return leaf.getMaxRepetitionLevel() == (type.isArray() ? 1 : 0)
        && switch (primitive.getPrimitiveTypeName()) {
          // INT64 is what other programs write of whole numbers; what an int cannot hold is refused
          // where it is read.
          case INT32, INT64 ->
              whole(primitive)
                  && (type == ColumnType.INT
                      || type == ColumnType.LONG
                      || type == ColumnType.INT_ARRAY);
          case FLOAT ->
              type == ColumnType.FLOAT
                  || type == ColumnType.DOUBLE
                  || type == ColumnType.FLOAT_ARRAY;
          case DOUBLE -> type == ColumnType.DOUBLE;
          case BOOLEAN -> type == ColumnType.BOOLEAN;
          case BINARY ->
              text
                  ? type == ColumnType.STRING || type == ColumnType.STRING_ARRAY
                  : plain && type == ColumnType.BINARY;
          default -> false;
        };
  }

  /** Dates, times and decimals are stored as whole numbers too, of another meaning. */
  private static boolean whole(PrimitiveType primitive) {
    LogicalTypeAnnotation meaning = primitive.getLogicalTypeAnnotation();
    return meaning == null || meaning instanceof IntLogicalTypeAnnotation;
  }

  /** Whether whole numbers of a column may be below 0, as their highest bit says. */
  static boolean hasSign(PrimitiveType primitive) {
    return !(primitive.getLogicalTypeAnnotation() instanceof IntLogicalTypeAnnotation bits)
        || bits.isSigned();
  }

  /** The columns of a file that lie under one name of its schema. */
  static List<ColumnDescriptor> leaves(MessageType file, String name) {
    return file.getColumns().stream().filter(leaf -> leaf.getPath()[0].equals(name)).toList();
  }

  /** A column's type as SQL would have it: how Parquet nests a list does not help the reader. */
  private static String describe(Type type) {
    if (!type.isPrimitive()) {
      List<Type> fields = type.asGroupType().getFields();
      boolean list =
          type.getLogicalTypeAnnotation() instanceof ListLogicalTypeAnnotation
              && fields.size() == 1
              && fields.get(0).isRepetition(Type.Repetition.REPEATED);
      if (!list) {
        return "STRUCT<"
            + fields.stream()
                .map(field -> field.getName() + " " + describe(field))
                .collect(Collectors.joining(", "))
            + ">";
      }
      Type element = fields.get(0);
      boolean wrapped = !element.isPrimitive() && element.asGroupType().getFieldCount() == 1;
      return "ARRAY<" + describe(wrapped ? element.asGroupType().getType(0) : element) + ">";
    }
    PrimitiveType primitive = type.asPrimitiveType();
    LogicalTypeAnnotation meaning = primitive.getLogicalTypeAnnotation();
    String name =
        switch (primitive.getPrimitiveTypeName()) {
          case INT32 -> "INT";
          case INT64 -> "LONG";
          case BINARY -> meaning instanceof StringLogicalTypeAnnotation ? "STRING" : "BINARY";
          case INT96 -> "TIMESTAMP";
          default -> primitive.getPrimitiveTypeName().name();
        };
    String plain =
        meaning == null || meaning instanceof StringLogicalTypeAnnotation
            ? name
            : name + " (" + meaning + ")";
    return type.isRepetition(Type.Repetition.REPEATED) ? "ARRAY<" + plain + ">" : plain;
  }
}
