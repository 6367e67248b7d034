package dev.microtome.jobs;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;

/** What jobs warn of while a test listens. */
public final class Warnings extends AbstractAppender {
  private final List<String> lines = Collections.synchronizedList(new ArrayList<>());

  private Warnings() {
    super("warnings", null, null, true, Property.EMPTY_ARRAY);
  }

  /** Listens from now on. */
  public static Warnings listen() {
    Warnings warnings = new Warnings();
    warnings.start();
    root().addAppender(warnings);
    return warnings;
  }

  /** Listens no more; all that was logged. */
  public List<String> heard() {
    root().removeAppender(this);
    return List.copyOf(lines);
  }

  private static Logger root() {
    return (Logger) LogManager.getRootLogger();
  }

  @Override
  public void append(LogEvent event) {
    lines.add(event.getMessage().getFormattedMessage());
  }
}
