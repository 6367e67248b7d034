package dev.microtome.run;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.UUID;

/**
 * Who holds a lease: the content of its file.
 *
 * @param owner unique to one acquisition
 * @param host name of the machine, for people
 * @param machine tells process numbers of different machines and containers apart
 * @param pid process number on that machine
 * @param processStarted start of that process, ISO-8601 or empty where unknown: a process number is
 *     used again after a while
 * @param started when the lease was taken, ISO-8601
 * @param heartbeat last sign of life, ISO-8601
 */
record LeaseHolder(
    String owner,
    String host,
    String machine,
    long pid,
    String processStarted,
    String started,
    String heartbeat) {

  /** This process, taking a lease now. */
  static LeaseHolder thisProcess(Instant now) {
    ProcessHandle process = ProcessHandle.current();
    return new LeaseHolder(
        UUID.randomUUID().toString(),
        hostName(),
        machineName(),
        process.pid(),
        startOf(process),
        now.toString(),
        now.toString());
  }

  /** The holder in a lease's file; empty where the file was cut off while it was written. */
  static Optional<LeaseHolder> parse(String json) {
    try {
      LeaseHolder holder = Json.read(json, LeaseHolder.class);
      if (holder == null
          || holder.owner == null
          || holder.machine == null
          || holder.processStarted == null
          || holder.started == null
          || holder.heartbeat == null) {
        return Optional.empty();
      }
      Instant.parse(holder.started);
      Instant.parse(holder.heartbeat);
      return Optional.of(holder);
    } catch (JsonProcessingException | DateTimeParseException e) {
      return Optional.empty();
    }
  }

  String json() {
    return Json.pretty(this);
  }

  LeaseHolder beating(Instant now) {
    return new LeaseHolder(owner, host, machine, pid, processStarted, started, now.toString());
  }

  /**
   * Whether the holder is gone: its process on this machine has ended, or it has given no sign of
   * life for a time.
   *
   * @param patience longest silence of a living holder
   */
  boolean isDead(Instant now, Duration patience) {
    if (machine.equals(machineName())) {
      return ProcessHandle.of(pid)
          .filter(ProcessHandle::isAlive)
          .filter(process -> processStarted.isEmpty() || startOf(process).equals(processStarted))
          .isEmpty();
    }
    return silence(now).compareTo(patience) > 0;
  }

  Duration silence(Instant now) {
    return Duration.between(Instant.parse(heartbeat), now);
  }

  @JsonIgnore
  Instant startedAt() {
    return Instant.parse(started);
  }

  private static String startOf(ProcessHandle process) {
    return process.info().startInstant().map(Instant::toString).orElse("");
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (IOException e) {
      return "unknown host";
    }
  }

  /** Containers on one host share its name and its boot, not their process numbers. */
  private static String machineName() {
    return hostName() + " " + bootId() + " " + processNamespace();
  }

  private static String bootId() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
    } catch (IOException e) {
      return "";
    }
  }

  private static String processNamespace() {
    try {
      return Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString();
    } catch (IOException | UnsupportedOperationException e) {
      return "";
    }
  }
}
