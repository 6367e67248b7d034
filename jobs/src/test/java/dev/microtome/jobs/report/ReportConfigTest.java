package dev.microtome.jobs.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.microtome.config.InputPath;
import dev.microtome.jobs.ConfFile;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReportConfigTest {
  @Test
  void theConfigurationFileHasEveryKeyWithItsMeaningAndDefault() throws IOException {
    ConfFile.assertDocuments("report", ReportConfig.class, List.of("heads=runs/heads"));
  }

  @Test
  void anythingThatIsGivenIsEnough() {
    ReportConfig config = ConfFile.read(ReportConfig.class, List.of("steps=[runs/heads]"));
    assertThat(config.steps()).containsExactly(new InputPath("runs/heads"));
    assertThat(config.heads()).isEmpty();
  }

  @Test
  void refusesAPageOfNothing() {
    assertThatThrownBy(() -> ConfFile.read(ReportConfig.class, List.of()))
        .hasMessageContaining("heads: invalid value null: at least one input is needed: heads, ")
        .hasMessageContaining("erasure or steps");
    assertThatThrownBy(() -> ConfFile.read(ReportConfig.class, List.of("framework=f", "steps=[s]")))
        .hasMessageContaining("framework: invalid value f: is said of heads: heads must be given");
    assertThatThrownBy(() -> ConfFile.read(ReportConfig.class, List.of("heads=h", "title=\" \"")))
        .hasMessageContaining("title: invalid value");
    assertThatThrownBy(() -> ConfFile.read(ReportConfig.class, List.of("losses=l", "erasure=e")))
        .hasMessageContaining("erased-losses: invalid value null: losses and erased-losses are");
    assertThatThrownBy(() -> ConfFile.read(ReportConfig.class, List.of("head=h")))
        .hasMessageContaining("Unknown key head: did you mean heads?");
  }
}
