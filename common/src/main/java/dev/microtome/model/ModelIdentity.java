package dev.microtome.model;

import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Which model something was made of: what tables of activations, and files fitted to them, say in
 * their metadata.
 *
 * @param name for people; of a checkpoint that of its series
 * @param checkpoint which of a series, such as {@code step-1000}; empty of what is none, and where
 *     it is not known
 * @param sha256 over the names and contents of the model's files
 */
public record ModelIdentity(String name, String checkpoint, String sha256) implements Serializable {
  /** Metadata: the model's name. */
  public static final String NAME = "model";

  /** Metadata: the checkpoint's folder; not there of a model that is none. */
  public static final String CHECKPOINT = "model_checkpoint";

  /** Metadata: the digest of the model's files. */
  public static final String SHA256 = "model_sha256";

  private static final int SHOWN = 16;

  /** What metadata says; empty where it names no digest, as that of older files. */
  public static Optional<ModelIdentity> of(Map<String, String> metadata) {
    return metadata.containsKey(SHA256)
        ? Optional.of(
            new ModelIdentity(
                metadata.getOrDefault(NAME, "without a name"),
                metadata.getOrDefault(CHECKPOINT, ""),
                metadata.get(SHA256)))
        : Optional.empty();
  }

  /** The same as metadata. */
  public Map<String, String> metadata() {
    Map<String, String> metadata = new LinkedHashMap<>(); // ordered: files are compared by bytes
    metadata.put(NAME, name);
    if (!checkpoint.isEmpty()) {
      metadata.put(CHECKPOINT, checkpoint);
    }
    metadata.put(SHA256, sha256);
    return metadata;
  }

  /** Whether the files are the same, whatever the names. */
  public boolean isSameAs(ModelIdentity other) {
    return sha256.equals(other.sha256);
  }

  @Override
  public String toString() {
    return "%s%s (sha256 %s)"
        .formatted(
            name,
            checkpoint.isEmpty() ? "" : " " + checkpoint,
            sha256.length() <= SHOWN ? sha256 : sha256.substring(0, SHOWN) + "…");
  }
}
