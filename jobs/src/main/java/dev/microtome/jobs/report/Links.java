package dev.microtome.jobs.report;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;

/** Addresses from a page to its neighbours, which stay right when all of them move together. */
final class Links {
  private Links() {}

  /**
   * The way from a folder to another.
   *
   * @param folder qualified, such as {@code file:/runs/report/RUN/page}
   * @param target qualified
   * @return relative, with a slash at its end; the target itself where it is in another file system
   */
  static String from(String folder, String target) {
    List<String> start = List.of(folder.split("/", -1));
    List<String> end = List.of(target.split("/", -1));
    int common = 0;
    while (common < Math.min(start.size(), end.size())
        && start.get(common).equals(end.get(common))) {
      common++;
    }
    // file:/a has nothing before its path; of s3a://bucket/a there is no way to another bucket.
    int root = start.size() > 2 && start.get(1).isEmpty() ? 3 : 1;
    if (common < root) {
      return target + "/";
    }
    List<String> way = new ArrayList<>();
    for (int i = common; i < start.size(); i++) {
      way.add("..");
    }
    end.subList(common, end.size()).forEach(name -> way.add(encoded(name)));
    return String.join("/", way) + "/";
  }

  private static String encoded(String name) {
    try {
      return new URI(null, null, "/" + name, null).getRawPath().substring(1);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(name, e);
    }
  }
}
