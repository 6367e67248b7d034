package dev.microtome.jobs.spark;

import dev.microtome.table.RowSchema;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;

/** Feeds row records to Parquet's columns. */
final class RecordWriteSupport<R extends Record> extends WriteSupport<R> {
  private final RowSchema schema;
  private final Map<String, String> metadata;
  private RecordConsumer consumer;

  RecordWriteSupport(RowSchema schema, Map<String, String> metadata) {
    this.schema = schema;
    this.metadata = metadata;
  }

  @Override
  @Deprecated // abstract in the parent still
  public WriteContext init(Configuration configuration) {
    return context();
  }

  @Override
  public WriteContext init(ParquetConfiguration configuration) {
    return context();
  }

  private WriteContext context() {
    return new WriteContext(ParquetSchemas.of(schema), metadata);
  }

  @Override
  public void prepareForWrite(RecordConsumer recordConsumer) {
    consumer = recordConsumer;
  }

  @Override
  public void write(R row) {
    List<RowSchema.Field> fields = schema.fields();
    consumer.startMessage();
    for (int i = 0; i < fields.size(); i++) {
      RowSchema.Field field = fields.get(i);
      Object value = field.value(row);
      if (value == null) {
        throw new IllegalArgumentException("column " + field.name() + " of a row is null: " + row);
      }
      consumer.startField(field.name(), i);
      switch (field.type()) {
        case LONG -> consumer.addLong((Long) value);
        case INT -> consumer.addInteger((Integer) value);
        case FLOAT -> consumer.addFloat((Float) value);
        case DOUBLE -> consumer.addDouble((Double) value);
        case BOOLEAN -> consumer.addBoolean((Boolean) value);
        case STRING -> consumer.addBinary(Binary.fromString((String) value));
        case BINARY -> consumer.addBinary(Binary.fromConstantByteArray((byte[]) value));
        case INT_ARRAY -> ints((int[]) value);
        case FLOAT_ARRAY -> floats((float[]) value);
        case STRING_ARRAY ->
            strings(value instanceof String[] array ? List.of(array) : (List<?>) value);
      }
      consumer.endField(field.name(), i);
    }
    consumer.endMessage();
  }

  private void ints(int[] values) {
    startList(values.length);
    for (int value : values) {
      startElement();
      consumer.addInteger(value);
      endElement();
    }
    endList(values.length);
  }

  private void floats(float[] values) {
    startList(values.length);
    for (float value : values) {
      startElement();
      consumer.addFloat(value);
      endElement();
    }
    endList(values.length);
  }

  private void strings(List<?> values) {
    startList(values.size());
    for (Object value : values) {
      startElement();
      consumer.addBinary(Binary.fromString((String) value));
      endElement();
    }
    endList(values.size());
  }

  private void startList(int size) {
    consumer.startGroup();
    if (size > 0) {
      consumer.startField(ParquetSchemas.LIST, 0);
    }
  }

  private void endList(int size) {
    if (size > 0) {
      consumer.endField(ParquetSchemas.LIST, 0);
    }
    consumer.endGroup();
  }

  private void startElement() {
    consumer.startGroup();
    consumer.startField(ParquetSchemas.ELEMENT, 0);
  }

  private void endElement() {
    consumer.endField(ParquetSchemas.ELEMENT, 0);
    consumer.endGroup();
  }
}
