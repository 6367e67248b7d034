package dev.microtome.table;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** The columns of a row record, in the order of its components, with access to their values. */
public final class RowSchema {
  private static final ClassValue<RowSchema> SCHEMAS =
      new ClassValue<>() {
        @Override
        protected RowSchema computeValue(Class<?> type) {
          return new RowSchema(type);
        }
      };

  private final Class<?> rowType;
  private final List<Field> fields;
  private final MethodHandle constructor;

  /**
   * One column.
   *
   * @param name snake_case
   * @param javaType type of the record's component
   * @param unit empty where there is none
   * @param nullable whether a row that is read may have null here
   * @param accessor reads the column's value from a row: {@code (Record) -> Object}
   */
  public record Field(
      String name,
      ColumnType type,
      Class<?> javaType,
      String doc,
      String unit,
      boolean nullable,
      MethodHandle accessor) {
    /** The column's value in a row, boxed. */
    public Object value(Record row) {
      try {
        return (Object) accessor.invokeExact(row);
      } catch (RuntimeException | Error e) {
        throw e;
      } catch (Throwable e) {
        throw new IllegalStateException("accessor of column " + name + " failed", e);
      }
    }
  }

  private RowSchema(Class<?> rowType) {
    this.rowType = rowType;
    RecordComponent[] components = rowType.getRecordComponents();
    if (components == null || components.length == 0) {
      throw new IllegalArgumentException(rowType.getName() + " is not a record with components");
    }
    List<Field> list = new ArrayList<>();
    Set<String> names = new TreeSet<>();
    try {
      MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(rowType, MethodHandles.lookup());
      for (RecordComponent component : components) {
        Field field = field(component, lookup);
        if (!names.add(field.name())) {
          throw new IllegalArgumentException(
              rowType.getName() + " has two columns named " + field.name());
        }
        list.add(field);
      }
      Class<?>[] types =
          Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
      constructor =
          lookup
              .findConstructor(rowType, MethodType.methodType(void.class, types))
              .asSpreader(Object[].class, types.length)
              .asType(MethodType.methodType(Record.class, Object[].class));
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException("cannot use " + rowType.getName() + " as a row", e);
    }
    fields = List.copyOf(list);
  }

  private static Field field(RecordComponent component, MethodHandles.Lookup lookup)
      throws IllegalAccessException {
    String where = component.getDeclaringRecord().getName() + "." + component.getName();
    Column column = component.getAnnotation(Column.class);
    if (column == null) {
      throw new IllegalArgumentException(where + " has no @Column");
    }
    if (column.nullable() && component.getType().isPrimitive()) {
      throw new IllegalArgumentException(where + " is nullable, and a primitive");
    }
    ColumnType type;
    try {
      type =
          ColumnType.of(
              column.nullable()
                  ? MethodType.methodType(component.getType()).unwrap().returnType()
                  : component.getGenericType());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(where + ": " + e.getMessage(), e);
    }
    MethodHandle accessor =
        lookup
            .unreflect(component.getAccessor())
            .asType(MethodType.methodType(Object.class, Record.class));
    return new Field(
        snakeCase(component.getName()),
        type,
        component.getType(),
        column.doc(),
        column.unit(),
        column.nullable(),
        accessor);
  }

  /**
   * The schema of a row record.
   *
   * @throws IllegalArgumentException when a component has no {@link Column} or a type that no
   *     column has
   */
  public static RowSchema of(Class<? extends Record> rowType) {
    return SCHEMAS.get(rowType);
  }

  public Class<?> rowType() {
    return rowType;
  }

  public List<Field> fields() {
    return fields;
  }

  /** A row of these values, in the order of {@link #fields}. */
  public Record row(Object[] values) {
    try {
      return (Record) constructor.invokeExact(values);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("constructor of " + rowType.getName() + " failed", e);
    }
  }

  /** {@code dModel} is {@code d_model}, {@code topKLoss} is {@code top_k_loss}. */
  static String snakeCase(String camelCase) {
    return camelCase
        .replaceAll("([a-z0-9])([A-Z])", "$1_$2")
        .replaceAll("([A-Z])([A-Z][a-z])", "$1_$2")
        .toLowerCase(Locale.ROOT);
  }
}
