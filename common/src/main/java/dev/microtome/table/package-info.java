/**
 * What a table is: a row record whose components are the columns, with a name, documentation and
 * metadata. How rows reach a file is the business of the jobs module.
 *
 * <p>A reader starts at {@link dev.microtome.table.TableSpec}.
 */
package dev.microtome.table;
