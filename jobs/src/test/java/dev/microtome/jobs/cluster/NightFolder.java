package dev.microtome.jobs.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.microtome.run.Digest;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The output of {@code run-all}: a folder for each step, each with runs of its own. */
record NightFolder(Path path) {

  /** The run that a step's {@code latest} names. */
  Path run(String step) throws IOException {
    Path output = path.resolve(step);
    return output.resolve(Files.readString(output.resolve("latest")).strip());
  }

  /** The first file, by name, of a step's run whose name has this ending. */
  Path file(String step, String ending) throws IOException {
    try (Stream<Path> files = Files.walk(run(step))) {
      return files
          .filter(file -> file.toString().endsWith(ending))
          .sorted()
          .findFirst()
          .orElseThrow();
    }
  }

  /**
   * All that the steps wrote: rows by {@code step/table}, with no measured time in them, and
   * digests of other files by {@code step/file}.
   */
  Map<String, Object> contents(List<String> steps) throws IOException {
    Map<String, Object> contents = new TreeMap<>();
    for (String step : steps) {
      JsonNode manifest =
          new ObjectMapper().readTree(Files.readString(run(step).resolve("manifest.json")));
      for (Map.Entry<String, JsonNode> table : manifest.get("tables").properties()) {
        contents.put(
            step + "/" + table.getKey(),
            TableRows.of(path.resolve(step), table.getKey()).stream()
                .map(row -> row.replaceAll("\\w*second\\w*=\\S+ ", ""))
                .toList());
      }
      for (JsonNode artifact : manifest.get("artifacts")) {
        for (JsonNode file : artifact.get("files")) {
          String name = file.get("path").textValue();
          contents.put(step + "/" + name, Digest.of(Files.readAllBytes(run(step).resolve(name))));
        }
      }
    }
    return contents;
  }

  /** What differs from what was expected of these steps, a line a table or file. */
  List<String> differences(Map<String, Object> expected, List<String> steps) throws IOException {
    Map<String, Object> found = contents(steps);
    List<String> differences = new ArrayList<>();
    Set<String> names = new TreeSet<>(found.keySet());
    expected.keySet().stream()
        .filter(name -> steps.contains(name.substring(0, name.indexOf('/'))))
        .forEach(names::add);
    for (String name : names) {
      Object here = found.get(name);
      Object there = expected.get(name);
      if (here instanceof List<?> rows && there instanceof List<?> others) {
        differences.addAll(differences(name, rows, others));
      } else if (!Objects.equals(here, there)) {
        differences.add("%s: %s, expected %s".formatted(name, here, there));
      }
    }
    return differences;
  }

  private static List<String> differences(String name, List<?> rows, List<?> others) {
    if (rows.size() != others.size()) {
      return List.of("%s: %d rows, expected %d".formatted(name, rows.size(), others.size()));
    }
    return IntStream.range(0, rows.size())
        .filter(i -> !rows.get(i).equals(others.get(i)))
        .mapToObj(i -> "%s, row %d: %s, expected %s".formatted(name, i, rows.get(i), others.get(i)))
        .limit(1)
        .toList();
  }

  /** Size of all that a step wrote. */
  long bytes(String step) throws IOException {
    try (Stream<Path> files = Files.walk(path.resolve(step))) {
      return files.map(Path::toFile).filter(File::isFile).mapToLong(File::length).sum();
    }
  }

  /** Part records of all runs of a step; 0 where the step has not begun. */
  long finishedParts(String step) {
    try (Stream<Path> runs = Files.list(path.resolve(step))) {
      long records = 0;
      for (Path parts : runs.map(run -> run.resolve("parts")).filter(Files::isDirectory).toList()) {
        String[] names = parts.toFile().list((folder, name) -> name.endsWith(".json"));
        records += names == null ? 0 : names.length;
      }
      return records;
    } catch (NoSuchFileException e) {
      return 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A copy of everything, to be damaged. */
  NightFolder copiedTo(Path target) throws IOException {
    Files.walkFileTree(
        path,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
              throws IOException {
            Files.createDirectories(target.resolve(path.relativize(folder)));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.copy(file, target.resolve(path.relativize(file)));
            return FileVisitResult.CONTINUE;
          }
        });
    return new NightFolder(target);
  }

  /** Takes a step's runs away, so that the next night makes them anew. */
  void forget(String step) throws IOException {
    List<Path> inside = new ArrayList<>();
    try (Stream<Path> files = Files.walk(path.resolve(step))) {
      files.forEach(inside::add);
    }
    for (int i = inside.size() - 1; i >= 0; i--) {
      Files.delete(inside.get(i));
    }
  }
}
