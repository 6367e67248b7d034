package dev.microtome.jobs;

import dev.microtome.config.InputPath;
import dev.microtome.model.load.ModelFiles;
import dev.microtome.run.FileEntry;
import dev.microtome.run.FileStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
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

  /** The same whatever its columns are called. */
  TableInput table(InputPath path, String table);

  /**
   * A finished run, given its folder or an output folder (then {@code latest} is followed): for
   * what its manifest says. The digest is that of the manifest.
   */
  RunInput run(InputPath path);

  /**
   * A model's folder: config.json, tokenizer files, *.safetensors; or what {@link #checkpoints}
   * takes where that is one model: its last checkpoint. The digest covers the content of every
   * file.
   */
  ModelFolder model(InputPath path);

  /**
   * Models at steps of their training, named and ordered for tables. Each path is
   *
   * <ul>
   *   <li>a model folder: its own name and step 0; if it is called {@code step-N} or {@code stepN},
   *       its parent's name and N
   *   <li>a folder of {@code step-N} or {@code stepN} folders, as of a Hugging Face series whose
   *       revisions lie side by side: the folder's name and each N; other folders in it are skipped
   *   <li>a {@code train-model} run, its output folder, or a folder inside its {@code model/}: in a
   *       sweep ({@code model/NAME/step-N}) NAME and N; with one model ({@code model/step-N}) the
   *       name of the output folder, for a run's own name says only when it began, and N
   *   <li>{@code OUTPUT/NAME} and {@code OUTPUT/NAME/step-N}: a model of the output folder's newest
   *       run
   *   <li>a glob of any of these
   * </ul>
   *
   * <p>A folder that two paths lead to counts once. The digest covers names, steps and contents.
   * Files of a run are not read for it: the run's manifest has their digests. Other folders are
   * read, several files at a time. No weights are loaded.
   *
   * <p>Refused: a folder without config.json or weights, weights beside {@code step-N} folders, an
   * unfinished or damaged run, two folders with one (model, step), vocabularies of different sizes.
   *
   * @return at least one, ordered by model and step, all with one vocabulary size
   */
  List<Checkpoint> checkpoints(List<InputPath> paths);

  /**
   * Folders that a job or another program made, such as those of SAEs: the folder itself if it has
   * the file, else those directly inside it that have; of a run or an output folder (then {@code
   * latest} is followed) those of its artifact; {@code OUTPUT/NAME} one of these. The digest covers
   * names and the content of every JSON and safetensors file.
   *
   * @param artifact name of the artifact where the path is a run or an output folder
   * @param file that such a folder has, such as {@code cfg.json}
   * @return at least one, in the order of their names
   */
  List<ModelFolder> folders(InputPath path, String artifact, String file);

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

  /**
   * The models whose files have been looked at by {@link #local}: one of each kind where they are
   * many.
   */
  List<ModelFiles> modelFiles();

  /** Folder of the runs, as the command names it; empty only in a dry run without one. */
  Optional<String> output();

  /** Jobs that this one would run. */
  JobSteps steps();

  /** A local folder with the model's files, as {@link ExecutorModels#folder} gives an executor. */
  Path local(ModelFolder model) throws IOException;

  /** Reads rows, for what a plan must look at. */
  TableReader tables();
}
