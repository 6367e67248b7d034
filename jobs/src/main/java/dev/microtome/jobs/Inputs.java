package dev.microtome.jobs;

import dev.microtome.config.InputPath;
import dev.microtome.run.FileEntry;
import dev.microtome.run.FileStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * The inputs of a job while it is planned, on the driver and without Spark. Each input that is
 * opened here is registered with its digest, which makes it a part of the run's fingerprint.
 *
 * <p>Every method refuses with an {@link dev.microtome.run.InputException} that names the path.
 */
public interface Inputs {
  /** Any Hadoop path. */
  FileStore files();

  /**
   * Text files: each path is a file, a folder (searched at any depth; hidden files, those whose
   * name starts with {@code .} or {@code _}, are skipped) or a glob. The digest is taken from
   * sizes, times of change and the paths below the deepest folder that holds all the files, not
   * from content, so that 10⁵ files take seconds; a copy that keeps its times is the same input.
   *
   * @param suffixes what counts as text in a folder or glob, such as {@code .txt}; a file named
   *     outright must have one of them
   * @return at least one file, ordered by path, each once
   */
  List<FileEntry> text(List<InputPath> paths, Set<String> suffixes);

  /**
   * A table, given its folder, a run's folder, an output folder (then {@code latest} is followed),
   * or a plain folder of Parquet files whose columns fit. A run without {@code _SUCCESS} is
   * refused.
   *
   * @param table name of the table, needed where the path is a run or an output folder
   * @param rowType record with the columns that will be read
   */
  TableInput table(InputPath path, String table, Class<? extends Record> rowType);

  /**
   * A model's folder: config.json, tokenizer files, *.safetensors. The digest covers the content of
   * every file.
   */
  ModelFolder model(InputPath path);

  /**
   * One file, such as a tokenizer.json. The digest covers its content.
   *
   * @return what the store says of it
   */
  FileEntry file(InputPath path);

  /**
   * The file that a path stands for, such as the tokenizer.json in a model's folder. Its digest
   * stands for the path.
   */
  FileEntry file(InputPath path, String file);

  /** A local folder with the model's files, as {@link ExecutorModels#folder} gives an executor. */
  Path local(ModelFolder model) throws IOException;

  /** Reads rows, for what a plan must look at. */
  TableReader tables();
}
