/**
 * What a run is: a folder with a fingerprint, a lease, part records, a manifest and {@code
 * _SUCCESS}, on any file store.
 *
 * <p>A reader starts at {@link dev.microtome.run.RunDirectory}; {@link dev.microtome.run.FileStore}
 * is the only way to a file.
 */
package dev.microtome.run;
