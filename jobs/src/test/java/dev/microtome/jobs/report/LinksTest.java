package dev.microtome.jobs.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LinksTest {
  @Test
  void isRelativeWhereBothLieTogether() {
    assertThat(Links.from("file:/a/runs/report/R/page", "file:/a/runs/features/F/browser"))
        .isEqualTo("../../../features/F/browser/");
    assertThat(Links.from("hdfs://n/report/R/page", "hdfs://n/report/R/browser"))
        .isEqualTo("../browser/");
  }

  @Test
  void isTheWholeAddressElsewhere() {
    assertThat(Links.from("file:/a/report/R/page", "s3a://b/features/F/browser"))
        .isEqualTo("s3a://b/features/F/browser/");
    assertThat(Links.from("s3a://reports/R/page", "s3a://features/F/browser"))
        .isEqualTo("s3a://features/F/browser/");
  }

  @Test
  void encodesWhatAnAddressWouldReadOtherwise() {
    assertThat(Links.from("file:/a/R/page", "file:/a/my #1 100%/browser"))
        .isEqualTo("../../my%20%231%20100%25/browser/");
  }
}
