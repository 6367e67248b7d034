package dev.microtome.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Describes one key of a job's configuration record. The key is the component's name with dashes
 * ({@code batchTokens} is {@code batch-tokens}). The annotation is the only place of a key's
 * meaning and default: {@code describe}, {@code conf/jobs} and the reader all follow it.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Option {
  /** One sentence: the meaning, the unit, the range. */
  String doc();

  /**
   * Default value as HOCON; empty means that the key is required. Use {@code "null"} for an
   * optional key.
   */
  String orElse() default "";
}
