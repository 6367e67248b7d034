package dev.microtome.jobs;

/**
 * Files other than tables that a job writes.
 *
 * @param name folder inside the run, such as {@code model}
 * @param files what lies in the folder, such as {@code NAME/step-N/model.safetensors}
 * @param doc one sentence: what they are, and which program reads them
 */
public record ArtifactSpec(String name, String files, String doc) {
  public ArtifactSpec {
    if (!name.matches("[a-z][a-z0-9_-]*") || name.equals("parts") || name.equals("latest")) {
      throw new IllegalArgumentException("Invalid artifact name: " + name);
    }
  }
}
