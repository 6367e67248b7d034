package dev.microtome.jobs.scrubbing;

import dev.microtome.erasure.EraserFile;
import dev.microtome.erasure.LeaceEraser;
import dev.microtome.jobs.PartContext;
import dev.microtome.jobs.Relay;
import dev.microtome.model.HookPoint;
import dev.microtome.model.Intervention;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Erasers of the hook points that are fitted so far, as the stages pass them on. */
final class RelayErasers {
  private static final String FOLDER = "erasers/";
  private static final String SUFFIX = ".safetensors";

  private final Map<HookPoint, EraserFile> files = new LinkedHashMap<>();

  private RelayErasers() {}

  /** Reads those of these hook points. */
  static RelayErasers read(Relay relay, List<HookPoint> hooks) throws IOException {
    RelayErasers erasers = new RelayErasers();
    Path copy = Files.createTempFile("erasers", SUFFIX);
    try {
      for (HookPoint hook : hooks) {
        try (InputStream in = relay.open(FOLDER + hook + SUFFIX)) {
          Files.copy(in, copy, StandardCopyOption.REPLACE_EXISTING);
        }
        erasers.files.put(hook, EraserFile.read(copy));
      }
    } finally {
      Files.delete(copy);
    }
    return erasers;
  }

  /** Writes those of a hook point, for later stages and as what the job makes. */
  static void write(EraserFile erasers, PartContext context) throws IOException {
    Path file = Files.createTempFile("erasers", SUFFIX);
    try {
      erasers.write(file);
      String name = erasers.hook() + SUFFIX;
      context.relay().write(FOLDER + name, out -> Files.copy(file, out));
      try (OutputStream out = context.artifact(ScrubTables.ERASERS.name() + "/" + name)) {
        Files.copy(file, out);
      }
    } finally {
      Files.delete(file);
    }
  }

  /** What the erasers of this name do to a pass; those that erase nothing are left out. */
  List<Intervention> interventions(String name) {
    List<Intervention> interventions = new ArrayList<>();
    files.forEach(
        (hook, file) -> {
          LeaceEraser eraser = file.erasers().get(name);
          if (eraser.rank() > 0) {
            interventions.add(eraser.intervention(hook));
          }
        });
    return interventions;
  }
}
