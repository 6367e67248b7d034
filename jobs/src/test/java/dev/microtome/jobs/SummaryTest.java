package dev.microtome.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SummaryTest {
  @Test
  void aTableIsOpenedByWhatKnowsItsFileSystem() {
    assertThat(Summary.opening("file:/runs/a \"b\"/tokens"))
        .isEqualTo("import duckdb; duckdb.read_parquet(\"/runs/a \\\"b\\\"/tokens/*.parquet\")");
    assertThat(Summary.opening("hdfs://host:9820/runs/a/tokens"))
        .isEqualTo(
            "from pyspark.sql import SparkSession; SparkSession.builder.getOrCreate().read.parquet(\"hdfs://host:9820/runs/a/tokens\")");
  }
}
