package dev.microtome.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import dev.microtome.run.FileStore;
import dev.microtome.run.InputRecord;
import dev.microtome.run.Manifest;
import dev.microtome.run.RunDirectory;
import dev.microtome.run.Secrets;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** Says in what a command differs from the newest run that it might have repeated. */
final class Changes {
  private final FileStore files;

  Changes(FileStore files) {
    this.files = files;
  }

  /**
   * The differences from the run that {@code latest} names, a short phrase each; at least one.
   *
   * @param configuration with paths
   */
  List<String> since(String output, JsonNode configuration, List<InputRecord> inputs)
      throws IOException {
    String latest = FileStore.resolve(output, RunDirectory.LATEST);
    if (!files.exists(latest)) {
      return List.of("it has not run yet");
    }
    RunDirectory run = RunDirectory.of(files, output, files.readString(latest).strip());
    Optional<Manifest> manifest = run.readManifest();
    Optional<String> damage = run.damage();
    if (manifest.isEmpty() || damage.isPresent()) {
      return List.of("its last run is damaged: " + damage.orElse("no manifest"));
    }
    List<String> changes = new ArrayList<>();
    String version = manifest.get().versions().get("microtome");
    if (!Versions.microtome().equals(version)) {
      changes.add("microtome " + version + " is now " + Versions.microtome());
    }
    changes.addAll(keys(manifest.get().configuration(), configuration));
    changes.addAll(inputs(manifest.get().inputs(), inputs));
    return changes.isEmpty() ? List.of("a new run is forced") : changes;
  }

  private static List<String> keys(JsonNode before, JsonNode now) {
    Map<String, JsonNode> old = new TreeMap<>();
    Map<String, JsonNode> current = new TreeMap<>();
    flatten("", Secrets.redacted(before), old);
    flatten("", Secrets.redacted(now), current);
    TreeSet<String> keys = new TreeSet<>(old.keySet());
    keys.addAll(current.keySet());
    return keys.stream()
        // By their text: a number that was read back is of another class.
        .filter(key -> !shown(old.get(key)).equals(shown(current.get(key))))
        .map(key -> key + " was " + shown(old.get(key)) + ", is " + shown(current.get(key)))
        .toList();
  }

  private static void flatten(String key, JsonNode node, Map<String, JsonNode> leaves) {
    if (node.isObject() && !node.isEmpty()) {
      node.properties()
          .forEach(
              entry ->
                  flatten(
                      key.isEmpty() ? entry.getKey() : key + "." + entry.getKey(),
                      entry.getValue(),
                      leaves));
    } else {
      leaves.put(key, node);
    }
  }

  private static String shown(JsonNode value) {
    return value == null ? "not there" : value.toString();
  }

  private static List<String> inputs(List<InputRecord> before, List<InputRecord> now) {
    Map<String, String> old = new TreeMap<>();
    before.forEach(
        input -> old.put(input.kind(), old.getOrDefault(input.kind(), "") + input.digest()));
    Map<String, String> current = new TreeMap<>();
    now.forEach(
        input ->
            current.put(input.kind(), current.getOrDefault(input.kind(), "") + input.digest()));
    TreeSet<String> kinds = new TreeSet<>(old.keySet());
    kinds.addAll(current.keySet());
    return kinds.stream()
        .filter(kind -> !Objects.equals(current.get(kind), old.get(kind)))
        .map(kind -> "its " + kind + " changed")
        .toList();
  }
}
