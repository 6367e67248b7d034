package dev.microtome.jobs.report;

import dev.microtome.jobs.TableInput;
import java.io.Serializable;

/** A table that the page is made of. */
record GivenTable(String name, TableInput table) implements Serializable {}
