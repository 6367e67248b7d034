package dev.microtome.jobs;

import dev.microtome.config.InputPath;
import dev.microtome.jobs.spark.HadoopFileStore;
import dev.microtome.model.load.ModelFiles;
import dev.microtome.run.ArtifactFile;
import dev.microtome.run.Digest;
import dev.microtome.run.FileEntry;
import dev.microtome.run.FileStore;
import dev.microtome.run.InputException;
import dev.microtome.run.LocalFileStore;
import dev.microtome.run.Manifest;
import dev.microtome.run.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds series of checkpoints; how they are named is told at {@link Inputs#checkpoints}. */
final class CheckpointInputs {
  private static final Pattern STEP = Pattern.compile("step-?([0-9]+)");
  private static final String MODEL = "model";
  private static final String CONFIG = "config.json";
  private static final Set<String> WEIGHTS =
      Set.of("model.safetensors", "model.safetensors.index.json");

  private final HadoopFileStore files;
  private final RunInputFolders runs;
  private final ModelInputs models;

  CheckpointInputs(HadoopFileStore files, RunInputFolders runs, ModelInputs models) {
    this.files = files;
    this.runs = runs;
    this.models = models;
  }

  /** A folder with a place in a series, before anything of it is read. */
  private record Found(String model, long step, String path) {}

  /** The checkpoints behind each path, in order. */
  Map<InputPath, List<Checkpoint>> find(List<InputPath> paths) {
    Map<InputPath, List<Found>> found = new LinkedHashMap<>();
    Map<String, ModelFolder> folders = new HashMap<>();
    for (InputPath path : paths) {
      found.put(path, Reads.reading(path, () -> find(path, folders)));
    }
    if (found.isEmpty()) {
      throw new InputException("Checkpoints: no path is given, expected at least one");
    }
    requireDistinct(found.values().stream().flatMap(List::stream).toList());
    Map<InputPath, List<Checkpoint>> checkpoints = new LinkedHashMap<>();
    found.forEach(
        (path, list) -> {
          Reads.reading(path, () -> digest(list, folders));
          checkpoints.put(
              path,
              list.stream()
                  .map(one -> new Checkpoint(one.model(), one.step(), folders.get(one.path())))
                  .sorted()
                  .toList());
        });
    requireOneVocabulary(
        checkpoints.values().stream().flatMap(List::stream).distinct().sorted().toList());
    return checkpoints;
  }

  /** Whether a path is no model's own folder but leads to models at steps of their training. */
  boolean leadsToSteps(InputPath path) throws IOException {
    Optional<FileEntry> entry = files.status(path.value()).filter(FileEntry::folder);
    if (entry.isEmpty()) {
      return !Paths.isPattern(path) && runs.inside(path.value(), MODEL).isPresent();
    }
    String folder = entry.get().path();
    if (runs.at(folder).isPresent()) {
      return true;
    }
    List<FileEntry> inside = files.list(folder);
    return inside.stream().noneMatch(one -> one.name().equals(CONFIG))
        && inside.stream().anyMatch(one -> one.folder() && step(one.name()).isPresent());
  }

  /** The last checkpoint of the one model behind a path. */
  ModelFolder last(InputPath path) {
    List<Checkpoint> found = find(List.of(path)).get(path);
    List<String> models = found.stream().map(Checkpoint::model).distinct().toList();
    if (models.size() > 1) {
      throw new InputException(
          "Model %s: there are %d, expected one, such as %s/%s (%s)"
              .formatted(
                  path,
                  models.size(),
                  path.value().replaceFirst("/+$", ""),
                  models.get(0),
                  String.join(", ", models)));
    }
    return found.get(found.size() - 1).folder();
  }

  /** Changes when a name, a step or a byte of a model does. */
  static String digest(List<Checkpoint> checkpoints) {
    StringBuilder facts = new StringBuilder();
    for (Checkpoint checkpoint : checkpoints) {
      facts
          .append(checkpoint.model())
          .append('\n')
          .append(checkpoint.step())
          .append(' ')
          .append(checkpoint.folder().digest())
          .append('\n');
    }
    return Digest.of(facts.toString());
  }

  private List<Found> find(InputPath path, Map<String, ModelFolder> known) throws IOException {
    Optional<FileEntry> entry = files.status(path.value());
    if (entry.isEmpty() && !Paths.isPattern(path)) {
      Optional<RunInputFolders.Place> place = runs.inside(path.value(), MODEL);
      entry = place.isEmpty() ? entry : files.status(place.get().folder());
    }
    List<FileEntry> starts =
        entry.isPresent()
            ? List.of(entry.get())
            : Paths.isPattern(path) ? files.glob(path.value()) : List.<FileEntry>of();
    List<FileEntry> startFolders = starts.stream().filter(FileEntry::folder).toList();
    if (startFolders.isEmpty()) {
      throw new InputException(
          "Checkpoints "
              + path
              + (entry.isPresent()
                  ? ": is a file, expected a folder"
                  : Paths.isPattern(path) ? ": no folder matches" : ": no such folder"));
    }
    Map<String, Found> found = new TreeMap<>();
    for (FileEntry start : startFolders) {
      for (Found one : expand(start.path(), known)) {
        found.put(one.path(), one);
      }
    }
    return List.copyOf(found.values());
  }

  private List<Found> expand(String folder, Map<String, ModelFolder> known) throws IOException {
    Optional<RunDirectory> run = runs.at(folder);
    String inside = MODEL;
    // model/NAME/step-N is the deepest place of a checkpoint in a run.
    Optional<String> above = Paths.parent(folder);
    for (int i = 0; run.isEmpty() && i < 3 && above.isPresent(); i++) {
      run = runs.named(above.get());
      inside = folder.substring(above.get().length() + 1);
      above = above.flatMap(Paths::parent);
    }
    return run.isPresent() ? inRun(folder, run.get(), inside, known) : inFolder(folder);
  }

  private List<Found> inRun(
      String given, RunDirectory run, String inside, Map<String, ModelFolder> known)
      throws IOException {
    Manifest manifest = runs.finished("Checkpoints " + shown(given), run);
    Manifest.Artifact artifact = manifest.artifacts().get(MODEL);
    if (artifact == null) {
      throw new InputException(
          "Checkpoints %s: run %s of %s has no models, expected a run of train-model (model/step-N)"
              .formatted(shown(given), run.id(), manifest.job()));
    }
    Map<String, List<ModelFolder.ModelFile>> byFolder = new TreeMap<>();
    for (ArtifactFile file : artifact.files()) {
      int slash = file.path().lastIndexOf('/');
      String name = file.path().substring(slash + 1);
      if (ModelInputs.isModelFile(name) && (file.path() + "/").startsWith(inside + "/")) {
        byFolder
            .computeIfAbsent(file.path().substring(0, slash), unused -> new ArrayList<>())
            .add(new ModelFolder.ModelFile(name, file.bytes(), file.sha256()));
      }
    }
    List<Found> found = new ArrayList<>();
    byFolder.forEach(
        (folder, parts) -> {
          OptionalLong step = step(nameOf(folder));
          if (step.isPresent()) {
            String series = parentOf(folder);
            String model = series.equals(MODEL) ? nameOf(parentOf(run.path())) : nameOf(series);
            String path = run.path(folder);
            requireModel(path, parts.stream().map(ModelFolder.ModelFile::name).toList());
            known.put(path, ModelInputs.of(path, parts));
            found.add(new Found(model, step.getAsLong(), path));
          }
        });
    if (found.isEmpty()) {
      throw new InputException(
          "Checkpoints %s: run %s has no %s/step-N".formatted(shown(given), run.id(), inside));
    }
    return found;
  }

  private List<Found> inFolder(String folder) throws IOException {
    List<FileEntry> inside = files.list(folder);
    List<FileEntry> steps =
        inside.stream().filter(entry -> entry.folder() && step(entry.name()).isPresent()).toList();
    List<String> parts = ModelInputs.modelFiles(inside).stream().map(FileEntry::name).toList();
    boolean model = parts.contains(CONFIG) || parts.stream().anyMatch(WEIGHTS::contains);
    if (steps.isEmpty()) {
      requireModel(folder, parts);
      OptionalLong step = step(nameOf(folder));
      return List.of(
          step.isPresent()
              ? new Found(nameOf(parentOf(folder)), step.getAsLong(), folder)
              : new Found(nameOf(folder), 0, folder));
    } else if (model) {
      throw new InputException(
          "Checkpoints %s: holds a model and also folders such as %s: name the one or the other (%s/step*)"
              .formatted(shown(folder), steps.get(0).name(), shown(folder)));
    }
    List<Found> found = new ArrayList<>();
    for (FileEntry step : steps) {
      requireModel(
          step.path(),
          ModelInputs.modelFiles(files.list(step.path())).stream().map(FileEntry::name).toList());
      found.add(new Found(nameOf(folder), step(step.name()).orElseThrow(), step.path()));
    }
    return found;
  }

  private static void requireModel(String folder, List<String> names) {
    String holds = names.isEmpty() ? "no file of a model" : String.join(", ", names);
    if (names.stream().noneMatch(WEIGHTS::contains)) {
      throw new InputException(
          "Checkpoint %s has no weights: holds %s, expected model.safetensors or model.safetensors.index.json"
              .formatted(shown(folder), holds));
    } else if (!names.contains(CONFIG)) {
      throw new InputException(
          "Checkpoint %s has no config.json: holds %s".formatted(shown(folder), holds));
    }
  }

  private static void requireDistinct(List<Found> all) {
    Map<String, Found> byName = new HashMap<>();
    for (Found one : all) {
      Found other = byName.putIfAbsent(one.step() + " " + one.model(), one);
      if (other != null && !other.path().equals(one.path())) {
        throw new InputException(
            "Two checkpoints are step %d of model '%s': %s and %s"
                .formatted(one.step(), one.model(), shown(other.path()), shown(one.path())));
      }
    }
  }

  /** Reads what no manifest has told. */
  private int digest(List<Found> found, Map<String, ModelFolder> known) throws IOException {
    Map<String, List<FileEntry>> unread = new LinkedHashMap<>();
    for (Found one : found) {
      if (!known.containsKey(one.path())) {
        unread.put(one.path(), ModelInputs.modelFiles(files.list(one.path())));
      }
    }
    known.putAll(models.digested(unread));
    return unread.size();
  }

  private void requireOneVocabulary(List<Checkpoint> checkpoints) {
    // The checkpoints of a series share one config.json.
    Map<String, Integer> sizes = new HashMap<>();
    Checkpoint first = checkpoints.get(0);
    for (Checkpoint checkpoint : checkpoints) {
      int size = sizes.computeIfAbsent(configDigest(checkpoint), unused -> vocabulary(checkpoint));
      int expected = sizes.get(configDigest(first));
      if (size != expected) {
        throw new InputException(
            "Checkpoint %s has a vocabulary of %d tokens, %s has %d: expected one size for all"
                .formatted(
                    shown(checkpoint.folder().path()),
                    size,
                    shown(first.folder().path()),
                    expected));
      }
    }
  }

  private static String configDigest(Checkpoint checkpoint) {
    return checkpoint.folder().files().stream()
        .filter(file -> file.name().equals(CONFIG))
        .map(ModelFolder.ModelFile::sha256)
        .findFirst()
        .orElseThrow();
  }

  private int vocabulary(Checkpoint checkpoint) {
    String config = FileStore.resolve(checkpoint.folder().path(), CONFIG);
    Optional<Path> local = LocalFileStore.localPath(config);
    if (local.isPresent()) {
      return ModelFiles.config(local.get()).dVocab();
    }
    return Reads.reading(
        new InputPath(config),
        () -> {
          Path copy = Files.createTempFile("config", ".json");
          try {
            Files.write(copy, files.readBytes(config));
            return ModelFiles.config(copy).dVocab();
          } catch (InputException e) {
            throw new InputException(e.getMessage().replace(copy.toString(), config), e);
          } finally {
            Files.delete(copy);
          }
        });
  }

  private static OptionalLong step(String name) {
    Matcher matcher = STEP.matcher(name);
    if (!matcher.matches()) {
      return OptionalLong.empty();
    }
    try {
      return OptionalLong.of(Long.parseLong(matcher.group(1)));
    } catch (NumberFormatException e) {
      throw new InputException(
          "Checkpoint %s: its step is above 2^63 - 1, rename the folder".formatted(name), e);
    }
  }

  private static String nameOf(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  private static String parentOf(String path) {
    return path.substring(0, Math.max(0, path.lastIndexOf('/')));
  }

  private static String shown(String path) {
    return Summary.display(path);
  }
}
