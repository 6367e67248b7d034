package dev.microtome.table;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Documents one column of a table on the component of its row record. The column is the component's
 * name in snake_case ({@code sequenceId} is {@code sequence_id}).
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Column {
  /** One sentence: what the value is. */
  String doc();

  /** Unit of the value, such as "nats" or "tokens"; empty where there is none. */
  String unit() default "";

  /**
   * Whether rows that are read may have no value here: then it is null. The component is an object,
   * such as {@code Long}; no row with one is written.
   */
  boolean nullable() default false;
}
