package dev.microtome.jobs.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.Stream;

/**
 * A real standalone cluster on loopback: one master and workers of one core, each a process of its
 * own.
 */
final class StandaloneCluster implements AutoCloseable {
  private static final Path TASKSET = Path.of("/usr/bin/taskset");

  private final SparkHome home;
  private final Path folder;
  private final String url;
  private final List<Process> processes = new ArrayList<>();

  /** Begins the command of worker i. */
  private final IntFunction<List<String>> placing;

  private StandaloneCluster(
      SparkHome home, Path folder, int port, IntFunction<List<String>> placing) {
    this.home = home;
    this.folder = folder;
    this.placing = placing;
    this.url = "spark://127.0.0.1:" + port;
  }

  /** Starts the cluster and returns when every worker is registered. */
  static StandaloneCluster start(SparkHome home, Path folder, int workers)
      throws IOException, InterruptedException {
    return start(home, folder, workers, worker -> List.of());
  }

  /**
   * Starts a cluster whose worker i, and so its executors with their readers, compilers and
   * collectors, has core i and no other, by Linux's {@code taskset}.
   *
   * @throws IllegalStateException if there is no {@code taskset} or not a core for each
   */
  static StandaloneCluster startPinned(SparkHome home, Path folder, int workers)
      throws IOException, InterruptedException {
    int cores = Runtime.getRuntime().availableProcessors();
    if (!Files.isExecutable(TASKSET) || cores < workers) {
      throw new IllegalStateException(
          "%s is %s and there are %d cores, expected it and %d"
              .formatted(
                  TASKSET, Files.isExecutable(TASKSET) ? "there" : "not there", cores, workers));
    }
    return start(home, folder, workers, StandaloneCluster::onCore);
  }

  /** What a command begins with that shall have one core and no other. */
  static List<String> onCore(int core) {
    return List.of(TASKSET.toString(), "--cpu-list", Integer.toString(core));
  }

  private static StandaloneCluster start(
      SparkHome home, Path folder, int workers, IntFunction<List<String>> placing)
      throws IOException, InterruptedException {
    StandaloneCluster cluster =
        new StandaloneCluster(home, Files.createDirectories(folder), freePort(), placing);
    try {
      cluster.startProcesses(workers);
    } catch (IOException | InterruptedException | RuntimeException e) {
      cluster.close();
      throw e;
    }
    return cluster;
  }

  private void startProcesses(int workers) throws IOException, InterruptedException {
    String port = url.substring(url.lastIndexOf(':') + 1);
    List<String> master = home.java("-Xmx512m", "org.apache.spark.deploy.master.Master");
    master.addAll(List.of("--host", "127.0.0.1", "--port", port, "--webui-port", "0"));
    launch(master, "master.log", "I have been elected leader");
    for (int i = 0; i < workers; i++) {
      List<String> worker = new ArrayList<>(placing.apply(i));
      worker.addAll(home.java("-Xmx512m", "org.apache.spark.deploy.worker.Worker"));
      worker.addAll(
          List.of("--host", "127.0.0.1", "--webui-port", "0", "--cores", "1", "--memory", "2g"));
      worker.addAll(List.of("--work-dir", folder.resolve("work-" + i).toString(), url));
      launch(worker, "worker-" + i + ".log", "Successfully registered with master");
    }
  }

  private void launch(List<String> command, String log, String ready)
      throws IOException, InterruptedException {
    Path output = folder.resolve(log);
    Process process = home.start(command, output);
    processes.add(process);
    while (!Files.readString(output).contains(ready)) {
      if (process.waitFor(100, TimeUnit.MILLISECONDS)) {
        throw new IllegalStateException(
            log + " ended before '" + ready + "':\n" + Files.readString(output));
      }
    }
  }

  /** Options of {@code spark-submit} for this cluster. */
  List<String> options() {
    return List.of(
        "--master", url,
        "--deploy-mode", "client",
        "--driver-memory", "1g",
        "--conf", "spark.driver.host=127.0.0.1",
        "--conf", "spark.driver.bindAddress=127.0.0.1",
        "--conf", "spark.executor.memory=1g",
        "--conf", "spark.ui.enabled=false");
  }

  /** Executor processes now alive, over all workers. */
  Stream<ProcessHandle> executors() {
    return processes.stream()
        .flatMap(Process::descendants)
        .filter(
            child ->
                child.info().commandLine().orElse("").contains("CoarseGrainedExecutorBackend"));
  }

  @Override
  public void close() {
    for (Process process : processes) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  /** A port of the loopback that nobody listens at now. */
  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
