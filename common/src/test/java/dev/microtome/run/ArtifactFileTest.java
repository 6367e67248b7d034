package dev.microtome.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArtifactFileTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "model/config.json",
        "model/two-layer (seed 3)/step-100/model.safetensors",
        "erasers/blocks.0.hook_resid_post.safetensors"
      })
  void pathsBelowTheArtifactAreAccepted(String path) {
    assertThat(ArtifactFile.requirePath(path)).isEqualTo(path);
    assertThat(new ArtifactFile(path, 1, "").artifact()).isIn("model", "erasers");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/model/a",
        "model//a",
        "model/../a",
        "model/./a",
        "model/.a",
        "_work/a",
        "model/a/",
        "model\\a/b",
        "model/a:b",
        "model/*",
        "file:/a/b",
        "model/a\nb",
        "model/"
      })
  void pathsThatLeaveItOrHideAreRefused(String path) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ArtifactFile.requirePath(path))
        .withMessageStartingWith("Invalid artifact path: " + path + " (component '");
  }

  @Test
  void aFileNeedsAnArtifact() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ArtifactFile.requirePath("config.json"))
        .withMessage(
            "Invalid artifact path: config.json (must be ARTIFACT/FILE, such as model/config.json)");
  }
}
