package dev.microtome.jobs.spark;

import dev.microtome.run.Digest;
import dev.microtome.run.FileStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.security.MessageDigest;
import java.util.List;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;

/** Copies files over the cluster. */
public final class FileCopies {
  /** Tasks at most: a task of many small files costs less than many tasks. */
  private static final int TASKS = 1000;

  private static final int END = -1;
  private static final int UNREADABLE = -2;

  private FileCopies() {}

  /**
   * A file to copy.
   *
   * @param sha256 digest that its content should have
   */
  public record Copy(String from, String to, String sha256) implements Serializable {}

  /** Copies all; for each whether it arrived with its digest. */
  public static List<Boolean> run(SparkContext spark, List<Copy> copies) {
    spark.setJobDescription("microtome: taking over " + copies.size() + " files");
    try {
      return JavaSparkContext.fromSparkContext(spark)
          .parallelize(copies, Math.min(TASKS, Math.max(1, copies.size())))
          .map(FileCopies::copy)
          .collect();
    } finally {
      spark.setJobDescription(null);
    }
  }

  private static Boolean copy(Copy copy) throws IOException {
    FileStore files = HadoopFileStore.ofThisProcess();
    if (files.status(copy.from()).filter(file -> !file.folder()).isEmpty()) {
      return false;
    }
    MessageDigest digest = Digest.sha256();
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = files.open(copy.from());
        OutputStream out = files.create(copy.to())) {
      int read = read(in, buffer);
      while (read > 0) {
        digest.update(buffer, 0, read);
        out.write(buffer, 0, read);
        read = read(in, buffer);
      }
      return read == END && Digest.hex(digest).equals(copy.sha256());
    }
  }

  /** A file that cannot be read is one that did not arrive: what it holds can be computed anew. */
  private static int read(InputStream in, byte[] buffer) {
    try {
      return in.read(buffer);
    } catch (IOException e) {
      return UNREADABLE;
    }
  }
}
