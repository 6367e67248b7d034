package dev.microtome.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeaseTest {
  private static final Instant NOW = Instant.parse("2026-11-22T02:10:00Z");
  private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);

  @TempDir private Path folder;

  private final LocalFileStore files = new LocalFileStore();

  private Lease acquire(Clock clock) throws IOException {
    return Lease.acquire(files, folder.toString(), clock);
  }

  private static LeaseHolder elsewhere(Instant heartbeat) {
    return new LeaseHolder(
        UUID.randomUUID().toString(),
        "node7",
        "node7 boot namespace",
        4711,
        "",
        NOW.minusSeconds(7200).toString(),
        heartbeat.toString());
  }

  private void leave(LeaseHolder holder) throws IOException {
    Files.writeString(folder.resolve("_lease"), holder.json());
  }

  @Test
  void isFreeAgainWhenClosed() throws IOException {
    acquire(CLOCK).close();
    assertThat(folder).isEmptyDirectory();
    acquire(CLOCK).close();
  }

  @Test
  void refusesTheSecondAndNamesTheFirst() throws IOException {
    try (Lease first = acquire(CLOCK)) {
      first.check();
      assertThatExceptionOfType(InputException.class)
          .isThrownBy(() -> acquire(Clock.offset(CLOCK, Duration.ofMinutes(5))))
          .withMessageStartingWith(
              "Output is in use by process " + ProcessHandle.current().pid() + " on ")
          .withMessageContaining("started 5 min ago, last sign of life 5 min ago")
          .withMessageContaining("_lease");
    }
  }

  @Test
  void takesOverFromAnEndedProcessOfThisMachineAtOnce() throws IOException {
    LeaseHolder self = LeaseHolder.thisProcess(NOW);
    Process ended = new ProcessBuilder("true").start();
    ended.onExit().join();
    leave(
        new LeaseHolder(
            "x", self.host(), self.machine(), ended.pid(), "", NOW.toString(), NOW.toString()));

    try (Lease lease = acquire(CLOCK)) {
      lease.check();
      assertThat(folder.resolve("_lease")).doesNotExist();
      assertThat(folder.resolve("_lease.2")).exists();
    }
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void takesOverWhenTheProcessNumberBelongsToAYoungerProcess() throws IOException {
    LeaseHolder self = LeaseHolder.thisProcess(NOW);
    leave(
        new LeaseHolder(
            "x",
            self.host(),
            self.machine(),
            self.pid(),
            "2001-01-01T00:00:00Z",
            NOW.toString(),
            NOW.toString()));

    acquire(CLOCK).close();
  }

  @Test
  void waitsForAnotherMachineUntilItsPatienceEnds() throws IOException {
    leave(elsewhere(NOW.minus(Lease.PATIENCE)));
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> acquire(CLOCK))
        .withMessageContaining(
            "process 4711 on node7, started 2 h ago, last sign of life 2 min ago");

    acquire(Clock.offset(CLOCK, Duration.ofSeconds(1))).close();
  }

  @Test
  void waitsForALeaseThatCannotBeRead() throws IOException {
    Path lease = Files.writeString(folder.resolve("_lease"), "{\"own");
    Files.setLastModifiedTime(lease, FileTime.from(NOW.minusSeconds(60)));
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> acquire(CLOCK))
        .withMessageContaining("was written 60 s ago");

    acquire(Clock.offset(CLOCK, Duration.ofSeconds(61))).close();
  }

  @Test
  void heartbeatIsWrittenAndALostLeaseIsNoticed() throws IOException {
    LeaseHolder holder = elsewhere(NOW);
    Lease first = Lease.acquire(files, folder.toString(), holder, CLOCK);
    Instant later = NOW.plus(Lease.PATIENCE).plusSeconds(1);
    Lease beating =
        Lease.acquire(
            files, folder.resolve("other").toString(), holder, Clock.fixed(later, ZoneOffset.UTC));
    beating.beat();
    assertThat(
            LeaseHolder.parse(Files.readString(folder.resolve("other/_lease")))
                .orElseThrow()
                .heartbeat())
        .isEqualTo(later.toString());

    try (Lease second = acquire(Clock.fixed(later, ZoneOffset.UTC))) {
      assertThat(first.isHeld()).isFalse();
      assertThatIOException()
          .isThrownBy(first::check)
          .withMessageContaining("another run took")
          .withMessageContaining("over while this one gave no sign of life");
      first.close();
      second.check();
      assertThat(folder.resolve("_lease.2")).exists();
    }
  }

  @Test
  void anotherOwnerInTheFileIsALostLeaseAndIsLeftAlone() throws IOException {
    Lease lease = acquire(CLOCK);
    LeaseHolder other = elsewhere(NOW);
    leave(other);

    assertThat(lease.isHeld()).isFalse();
    lease.close();
    assertThat(LeaseHolder.parse(Files.readString(folder.resolve("_lease")))).contains(other);
  }

  @Test
  void checkLooksAgainWhenTheLastSignOfLifeIsOld() throws IOException {
    SettableClock clock = new SettableClock();
    Lease lease = acquire(clock);
    leave(elsewhere(NOW));
    lease.check();

    clock.now = NOW.plus(Lease.HEARTBEAT).plusSeconds(1);

    assertThatIOException().isThrownBy(lease::check).withMessageContaining("another run took");
  }

  @Test
  void isLostWhenNoSignOfLifeCouldBeWrittenForLong() throws IOException {
    SettableClock clock = new SettableClock();
    FailingStore store = new FailingStore();
    Lease lease = Lease.acquire(store.files(), folder.toString(), clock);
    store.failure = new IllegalStateException("the connection is closed");

    clock.now = NOW.plus(Lease.PATIENCE);
    assertThat(lease.isHeld()).isTrue();
    clock.now = NOW.plus(Lease.PATIENCE).plusSeconds(1);
    assertThat(lease.isHeld()).isFalse();

    assertThatIOException()
        .isThrownBy(lease::check)
        .withMessageEndingWith("could not be renewed for 2 min");
  }

  @Test
  void whoSleptForLongKeepsALeaseThatNobodyTook() throws IOException {
    SettableClock clock = new SettableClock();
    try (Lease lease = acquire(clock)) {
      clock.now = NOW.plusSeconds(36_000);
      lease.check();
      assertThat(Files.readString(folder.resolve("_lease"))).contains(clock.now.toString());
    }
  }

  @Test
  void givesWayToAHolderThatWakesUpWhileItIsTakenOver() throws IOException {
    LeaseHolder sleeper = elsewhere(NOW.minusSeconds(3600));
    leave(sleeper);
    FailingStore store = new FailingStore();
    store.beforeCreation = () -> leave(sleeper.beating(NOW));

    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> Lease.acquire(store.files(), folder.toString(), CLOCK))
        .withMessageContaining("process 4711 on node7");

    assertThat(folder.toFile().list()).containsExactly("_lease");
  }

  @Test
  void readsBackWhoWonWhereCreationIsNotExclusive() throws IOException {
    FailingStore store = new FailingStore();
    store.afterCreation = () -> leave(elsewhere(NOW));

    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> Lease.acquire(store.files(), folder.toString(), CLOCK))
        .withMessageContaining("process 4711 on node7");
  }

  private static final class SettableClock extends Clock {
    private Instant now = NOW;

    @Override
    public ZoneOffset getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return now;
    }
  }

  private interface Step {
    void run() throws IOException;
  }

  /** A local store that fails when told to, with something happening around its creations. */
  private static final class FailingStore {
    private RuntimeException failure;
    private Step beforeCreation = () -> {};
    private Step afterCreation = () -> {};

    FileStore files() {
      LocalFileStore local = new LocalFileStore();
      return (FileStore)
          Proxy.newProxyInstance(
              FileStore.class.getClassLoader(),
              new Class<?>[] {FileStore.class},
              (proxy, method, arguments) -> {
                if (failure != null) {
                  throw failure;
                }
                boolean creation = method.getName().equals("createExclusively");
                if (creation) {
                  beforeCreation.run();
                }
                Object result;
                try {
                  result = method.invoke(local, arguments);
                } catch (InvocationTargetException e) {
                  throw e.getCause();
                }
                if (creation) {
                  afterCreation.run();
                }
                return result;
              });
    }
  }

  @RepeatedTest(30)
  void onlyOneOfManyTakesADeadLeaseOver() throws Exception {
    leave(elsewhere(NOW.minusSeconds(3600)));
    int contenders = 8;
    ExecutorService threads = Executors.newFixedThreadPool(contenders);
    CountDownLatch start = new CountDownLatch(1);
    AtomicInteger holders = new AtomicInteger();
    List<Future<Boolean>> attempts = new ArrayList<>();
    for (int i = 0; i < contenders; i++) {
      attempts.add(
          threads.submit(
              () -> {
                start.await();
                try {
                  Lease lease = Lease.acquire(files, folder.toString(), elsewhere(NOW), CLOCK);
                  assertThat(holders.incrementAndGet()).isEqualTo(1);
                  lease.check();
                  return true;
                } catch (InputException e) {
                  assertThat(e).hasMessageStartingWith("Output is in use");
                  return false;
                }
              }));
    }
    start.countDown();
    int won = 0;
    for (Future<Boolean> attempt : attempts) {
      won += attempt.get() ? 1 : 0;
    }
    threads.shutdown();
    assertThat(won).isEqualTo(1);
  }

  @RepeatedTest(10)
  void holdersNeverOverlapWhileManyComeAndGo() throws Exception {
    int contenders = 4;
    ExecutorService threads = Executors.newFixedThreadPool(contenders);
    AtomicInteger holders = new AtomicInteger();
    List<Future<Integer>> attempts = new ArrayList<>();
    for (int i = 0; i < contenders; i++) {
      attempts.add(
          threads.submit(
              () -> {
                int held = 0;
                for (int round = 0; round < 25; round++) {
                  try (Lease lease =
                      Lease.acquire(files, folder.toString(), elsewhere(NOW), CLOCK)) {
                    lease.check();
                    assertThat(holders.incrementAndGet()).isEqualTo(1);
                    held++;
                    holders.decrementAndGet();
                  } catch (InputException e) {
                    assertThat(e).hasMessageStartingWith("Output ");
                  }
                }
                return held;
              }));
    }
    int held = 0;
    for (Future<Integer> attempt : attempts) {
      held += attempt.get();
    }
    threads.shutdown();
    assertThat(held).isPositive();
  }
}
