package dev.microtome.jobs.labels;

import dev.microtome.jobs.JobContext;
import dev.microtome.jobs.PartContext;
import dev.microtome.jobs.PartTask;
import dev.microtome.jobs.Plan;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * Merges what many parts have summed up level by level: a task takes up to {@link #FAN_IN}
 * neighbours and leaves one file in their place, until so few are left that whoever needs the sum
 * takes them itself. A task holds one sum and the part that it adds, whatever the number of parts.
 * Which files meet, and in which order, hangs on the order of the parts alone, and so do the bits.
 *
 * <p>Not Spark's treeAggregate: that computes a lost task's branch anew from the activations, cuts
 * its levels by the number of partitions, sends sums through memory and the driver, and a killed
 * run starts over. Here a level is a stage like any other, whose finished tasks a resumed run
 * keeps.
 */
public final class MergeTree {
  static final int FAN_IN = 8;

  private final String stage;
  private final String unit;
  private final FileMerge how;
  private final JobContext context;

  /**
   * A tree that has merged nothing.
   *
   * @param stage name of its stages, each followed by its level; also the folder of the relay that
   *     merged files are in
   * @param unit what a file holds, in the plural
   * @param how files become one
   */
  public MergeTree(String stage, String unit, FileMerge how, JobContext context) {
    this.stage = stage;
    this.unit = unit;
    this.how = how;
    this.context = context;
  }

  /**
   * Files that become one.
   *
   * @param files in the order of the rows behind them
   */
  private record Branch(List<String> files, String merged) implements Serializable {
    Branch {
      files = List.copyOf(files);
    }
  }

  /** Merges the files of one branch. */
  private record MergeTask(FileMerge how) implements PartTask<Branch> {
    @Override
    public long run(Branch branch, PartContext context) throws IOException {
      how.merge(branch.files(), branch.merged(), context.relay());
      return branch.files().size();
    }
  }

  /**
   * Merges until no list is longer than {@link #FAN_IN}. Files that were merged are deleted.
   *
   * @param sums files of the relay, in each list in the order of the parts
   * @return those that are left, in the order of the rows behind them
   */
  public List<List<String>> merge(List<List<String>> sums) throws IOException {
    List<List<String>> level = sums;
    for (int number = 1; level.stream().anyMatch(files -> files.size() > FAN_IN); number++) {
      String name = stage + "_" + number;
      List<Branch> branches = new ArrayList<>();
      List<List<String>> next = new ArrayList<>();
      for (List<String> files : level) {
        next.add(files.size() > FAN_IN ? branch(files, name, branches) : files);
      }
      long files = branches.stream().mapToLong(branch -> branch.files().size()).sum();
      context.runStage(name, new Plan<>(branches, unit, files, -1, -1), new MergeTask(how));
      for (Branch branch : branches) {
        for (String file : branch.files()) {
          context.relay().delete(file);
        }
      }
      level = next;
    }
    return level;
  }

  private List<String> branch(List<String> files, String name, List<Branch> branches) {
    List<String> merged = new ArrayList<>();
    for (int from = 0; from < files.size(); from += FAN_IN) {
      List<String> together = files.subList(from, Math.min(files.size(), from + FAN_IN));
      String file = stage + "/" + name + "/" + branches.size();
      branches.add(new Branch(together, file));
      merged.add(file);
    }
    return merged;
  }

  /** Deletes what is left of the merged files. */
  public void delete() throws IOException {
    context.relay().delete(stage);
  }
}
