package dev.microtome.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PathsTest {
  @ParameterizedTest
  @CsvSource({
    "s3a://bucket/models/pythia, s3a://bucket/models",
    "s3a://bucket/models,",
    "s3a://bucket,",
    "hdfs://host:8020/runs/tokens, hdfs://host:8020/runs",
    "hdfs:/runs/tokens, hdfs:/runs",
    "hdfs:/runs,",
    "file:///runs/tokens, file:///runs",
    "file:///runs,",
    "/runs/tokens, /runs",
    "/runs,",
    "runs/tokens, runs",
    "runs,"
  })
  void theFolderAboveIsOnTheSameFileSystem(String path, String parent) {
    assertThat(Paths.parent(path).orElse(null)).isEqualTo(parent);
  }
}
