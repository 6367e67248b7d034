package dev.microtome.jobs.erase;

import dev.microtome.config.ConfigException;
import dev.microtome.config.InputPath;
import dev.microtome.config.Option;
import java.util.List;

/** Configuration of {@link Erase}. */
public record EraseConfig(
    @Option(
            doc =
                "activations of any number of hook points: a collect-activations output, run or table")
        InputPath activations,
    @Option(doc = "erasers: a fit-leace output or run, or a folder of HOOK.safetensors")
        InputPath erasers,
    @Option(
            doc =
                "concept to erase; several at once are one concept of fit-leace, such as gender/number")
        String concept,
    @Option(
            doc = "hook points to write, as in the activations; []: all, each with an eraser",
            orElse = "[]")
        List<String> hooks,
    @Option(doc = "activations in a part, the unit that is retried and resumed", orElse = "65536")
        int rowsPerPart) {

  public EraseConfig {
    hooks = List.copyOf(hooks);
    if (rowsPerPart < 1) {
      throw new ConfigException("rows-per-part", rowsPerPart, "must be at least 1");
    }
  }
}
