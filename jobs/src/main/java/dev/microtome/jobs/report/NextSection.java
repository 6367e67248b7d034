package dev.microtome.jobs.report;

import java.util.List;

/** What to do with one's own model. */
final class NextSection implements Section {
  private static final String SUBMIT =
      "spark-submit --properties-file conf/spark/local.conf jobs/target/microtome.jar ";

  private record Command(String what, String line) {}

  private static final List<Command> COMMANDS =
      List.of(
          new Command("The jobs, and what each reads and writes", "list\ndescribe train-sae"),
          new Command(
              "Your text as tokens of your model (books and models/pythia-70m stand for yours)",
              "tokenize \\\n  --set input=books --set tokenizer=models/pythia-70m --output runs/tokens"),
          new Command(
              "Its activations, as a table",
              """
              collect-activations \\
                --set model=models/pythia-70m --set tokens=runs/tokens \\
                --set 'hooks=["blocks.*.mlp.hook_post"]' --output runs/activations\
              """),
          new Command(
              "This pipeline with other keys: copy its file, change it, run what that changes",
              "run-all --config my.conf --output mine"));

  @Override
  public String id() {
    return "next";
  }

  @Override
  public String heading() {
    return "What to do next";
  }

  @Override
  public boolean given(ReportTables tables) {
    return true;
  }

  @Override
  public String write(Tag into, ReportTables tables) {
    for (Command command : COMMANDS) {
      into.add("p", command.what() + ":");
      StringBuilder lines = new StringBuilder();
      for (String line : command.line().split("\n", -1)) {
        lines.append(line.startsWith(" ") ? line : SUBMIT + line).append('\n');
      }
      into.add("pre").add("code", lines.toString());
    }
    into.add(
        "p",
        "On a cluster add a master, and take conf/spark/cluster.conf; the README says the rest. Every"
            + " table opens in one line: duckdb.read_parquet(\"…/TABLE/*.parquet\").");
    return "";
  }
}
