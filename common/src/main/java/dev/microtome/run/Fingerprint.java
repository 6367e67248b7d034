package dev.microtome.run;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;

/**
 * What makes two runs the same: SHA-256 over the job's name, the code's version, the resolved
 * configuration and the digests of the inputs. Where the inputs lie is no part of it; the names of
 * text files below their common folder are, for they are in the rows.
 */
public record Fingerprint(String sha256) {
  /**
   * The fingerprint of a run.
   *
   * @param configuration resolved, with the inputs' paths left out
   * @param inputs the inputs the plan opened
   */
  public static Fingerprint of(
      String job, String codeVersion, JsonNode configuration, List<InputRecord> inputs) {
    Map<String, Object> facts =
        Map.of(
            "job",
            job,
            "code",
            codeVersion,
            "configuration",
            configuration,
            "inputs",
            inputs.stream().map(input -> input.kind() + ":" + input.digest()).sorted().toList());
    return new Fingerprint(Digest.of(Json.compact(facts)));
  }

  /** The first eight digits, which run ids end with. */
  public String prefix() {
    return sha256.substring(0, 8);
  }
}
