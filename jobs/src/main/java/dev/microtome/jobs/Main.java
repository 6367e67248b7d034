package dev.microtome.jobs;

import com.typesafe.config.ConfigUtil;
import dev.microtome.config.OptionDoc;
import dev.microtome.config.UsageException;
import dev.microtome.jobs.spark.HadoopFileStore;
import dev.microtome.jobs.spark.PartFailedException;
import dev.microtome.jobs.spark.SparkSessions;
import dev.microtome.run.InputException;
import dev.microtome.run.Secrets;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** The command line. The only class that ends the process. */
public final class Main {
  static final int WRONG_COMMAND = 1;
  static final int WRONG_INPUT = 2;
  static final int FAILED = 3;

  private Main() {}

  /** Runs one command and ends the process with its exit code. */
  public static void main(String[] args) {
    // Summaries have names of documents and units in them, whatever the locale of a cluster's
    // shell.
    PrintStream out = new PrintStream(System.out, /* autoFlush= */ true, StandardCharsets.UTF_8);
    PrintStream err = new PrintStream(System.err, /* autoFlush= */ true, StandardCharsets.UTF_8);
    Ending ending = end(out, args);
    try {
      SparkSessions.stop();
    } catch (Throwable e) {
      // What the run did is done.
      err.println(Secrets.redactedTrace(e));
    }
    // After Spark's own last words, so that the reason is the last line.
    ending.report().accept(err);
    int code = ending.code();
    // A cluster manager may read a call of exit, even with 0, as a failure.
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
    Ending ending = end(out, args);
    ending.report().accept(err);
    return ending.code();
  }

  /** How a command ended, and what is still to be said about it. */
  private record Ending(int code, Consumer<PrintStream> report) {}

  private static Ending end(PrintStream out, String... args) {
    Arguments arguments = new Arguments();
    try {
      CommandLine commandLine = new CommandLine(arguments);
      commandLine.parseArgs(args);
      if (arguments.help || arguments.words.isEmpty()) {
        if (arguments.help) {
          commandLine.usage(out);
          return new Ending(0, err -> {});
        }
        return new Ending(WRONG_COMMAND, commandLine::usage);
      }
      execute(arguments, out);
      return new Ending(0, err -> {});
    } catch (ParameterException | UsageException e) {
      return refusal(arguments, e, WRONG_COMMAND);
    } catch (InputException e) {
      return refusal(arguments, e, WRONG_INPUT);
    } catch (StepsFailedException e) {
      return refusal(arguments, e, FAILED);
    } catch (PartFailedException e) {
      return failure(
          e.getMessage() + ". Finished parts are kept: the same command resumes the run", e);
    } catch (UncheckedIOException e) {
      return failure(Reasons.of(e.getCause()), e);
    } catch (IOException e) {
      return failure(Reasons.of(e), e);
    } catch (Throwable e) {
      // Scala throws checked exceptions that nothing declares.
      return failure(e.toString(), e);
    }
  }

  private static Ending refusal(Arguments arguments, Exception e, int code) {
    return new Ending(
        code,
        err -> {
          if (arguments.stacktrace) {
            err.println(Secrets.redactedTrace(e));
          }
          err.println("ERROR: " + Secrets.redacted(String.valueOf(e.getMessage())));
        });
  }

  private static Ending failure(String message, Throwable e) {
    return new Ending(
        FAILED,
        err -> {
          err.println(Secrets.redactedTrace(e));
          err.println("ERROR: " + Secrets.redacted(message));
        });
  }

  private static void execute(Arguments arguments, PrintStream out) throws IOException {
    Jobs jobs = Jobs.onClassPath();
    String command = arguments.words.get(0);
    List<String> rest = arguments.words.subList(1, arguments.words.size());
    switch (command) {
      case "list" -> {
        requireWords(rest, 0, "list takes no more words");
        jobs.list(out);
      }
      case "describe" -> {
        requireWords(rest, 1, "describe needs the name of one job");
        Jobs.describe(jobs.named(rest.get(0)), out);
      }
      case "clean" -> {
        requireWords(rest, 0, "clean takes no more words");
        arguments.requireOnlyForClean();
        new CleanCommand(HadoopFileStore.ofThisProcess(), out, Clock.systemUTC())
            .run(arguments.request(), arguments.keep);
      }
      case "version" -> {
        requireWords(rest, 0, "version takes no more words");
        out.println(Versions.banner());
      }
      default -> {
        Job<?, ?> job = jobs.named(command);
        requireWords(rest, 0, "unexpected after " + command);
        arguments.requireKnownTo(job);
        new JobRunner(HadoopFileStore.ofThisProcess(), out, Clock.systemUTC())
            .run(job, arguments.request());
      }
    }
  }

  private static void requireWords(List<String> words, int count, String otherwise) {
    if (words.size() != count) {
      throw new UsageException(
          otherwise + (words.isEmpty() ? "" : ", found: " + String.join(" ", words)));
    }
  }

  /** What may stand on the command line. */
  @Command(
      name = "microtome.jar",
      sortOptions = false,
      customSynopsis = {
        "spark-submit [Spark options] microtome.jar JOB --config FILE --set KEY=VALUE ... --output DIR [--force] [--dry-run]",
        "spark-submit microtome.jar clean --output DIR --keep N [--dry-run]",
        "spark-submit microtome.jar list",
        "spark-submit microtome.jar describe JOB",
        "spark-submit microtome.jar version"
      })
  private static final class Arguments {
    private static final String ONLY = "only";
    private static final String FROM = "from";

    @Parameters(paramLabel = "JOB", description = "a job, or clean, list, describe JOB, version")
    private List<String> words = new ArrayList<>();

    @Option(names = "--config", paramLabel = "FILE", description = "configuration, HOCON")
    private String config;

    @Option(
        names = "--set",
        paramLabel = "KEY=VALUE",
        description = "a key of the configuration, over the file; may be repeated")
    private List<String> sets = new ArrayList<>();

    @Option(
        names = "--output",
        paramLabel = "DIR",
        description = "folder for the runs, on any Hadoop path")
    private String output;

    @Option(names = "--force", description = "make a new run even if one is up to date")
    private boolean force;

    @Option(names = "--dry-run", description = "show configuration, inputs and plan; write nothing")
    private boolean dryRun;

    @Option(
        names = "--only",
        paramLabel = "STEP",
        split = ",",
        description = "run-all: run these steps, leave the others as they are")
    private List<String> only = new ArrayList<>();

    @Option(
        names = "--from",
        paramLabel = "STEP",
        description = "run-all: run this step and those after it")
    private String from;

    @Option(
        names = "--keep",
        paramLabel = "N",
        description = "clean: successful runs to keep in each output folder")
    private Integer keep;

    @Option(names = "--stacktrace", description = "print where a refusal came from")
    private boolean stacktrace;

    @Option(
        names = {"-h", "--help"},
        usageHelp = true,
        description = "show this")
    private boolean help;

    /** Options that stand for keys are refused where the job has no such key. */
    void requireKnownTo(Job<?, ?> job) {
      Set<String> keys =
          OptionDoc.of(job.configType()).stream().map(OptionDoc::key).collect(Collectors.toSet());
      if ((!only.isEmpty() && !keys.contains(ONLY)) || (from != null && !keys.contains(FROM))) {
        throw new UsageException(
            "--only and --from choose steps of run-all, found with " + job.name());
      }
      if (keep != null) {
        throw new UsageException(
            "--keep says how many runs clean leaves, found with " + job.name());
      }
    }

    /** What {@code clean} would not look at must not seem to narrow what it removes. */
    void requireOnlyForClean() {
      if (config != null || !sets.isEmpty() || !only.isEmpty() || from != null) {
        throw new UsageException("clean takes --output, --keep and --dry-run, and nothing else");
      }
    }

    RunRequest request() {
      List<String> all = new ArrayList<>(sets);
      if (!only.isEmpty()) {
        all.add(
            ONLY
                + "=["
                + only.stream().map(ConfigUtil::quoteString).collect(Collectors.joining(","))
                + "]");
      }
      if (from != null) {
        all.add(FROM + "=" + ConfigUtil.quoteString(from));
      }
      return new RunRequest(Optional.ofNullable(config), all, Optional.ofNullable(output), mode());
    }

    private RunRequest.Mode mode() {
      if (dryRun) {
        return force ? RunRequest.Mode.DRY_FORCE : RunRequest.Mode.DRY_RUN;
      }
      return force ? RunRequest.Mode.FORCE : RunRequest.Mode.RUN;
    }
  }
}
