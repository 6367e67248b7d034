package dev.microtome.jobs;

import java.io.PrintStream;

/** The command line. The only class that ends the process. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    int code = run(System.out, System.err, args);
    if (code != 0) {
      System.exit(code);
    }
  }

  /**
   * Runs one command without ending the process.
   *
   * @param out where reports go
   * @param err where refusals go
   * @return 0 done or up to date, 1 wrong command line, 2 the user's input or configuration, 3
   *     anything else
   */
  public static int run(PrintStream out, PrintStream err, String... args) {
    err.println("ERROR: no command is known yet: " + String.join(" ", args));
    return 1;
  }
}
