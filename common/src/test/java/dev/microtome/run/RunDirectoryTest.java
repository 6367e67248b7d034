package dev.microtome.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunDirectoryTest {
  private static final Instant NOW = Instant.parse("2026-11-22T02:10:00Z");
  private static final Fingerprint FINGERPRINT = new Fingerprint("1a2b3c4d" + "0".repeat(56));

  @TempDir private Path output;

  private final LocalFileStore files = new LocalFileStore();
  private RunDirectory run;

  @BeforeEach
  void start() throws IOException {
    run = RunDirectory.create(files, output.toString(), NOW, FINGERPRINT);
    run.start(manifest(FINGERPRINT).withRun(run.id()));
  }

  private static Manifest manifest(Fingerprint fingerprint) {
    return Manifest.started(
        "j",
        false,
        fingerprint,
        JsonNodeFactory.instance.objectNode(),
        List.of(),
        Map.of(),
        Map.of(),
        2,
        NOW.toString());
  }

  private PartRecord commit(int part, String content) throws IOException {
    String staged = run.stagingPath("s") + "/" + part;
    files.replace(staged, content);
    PartRecord record =
        new PartRecord(
            part,
            List.of(
                new DataFile("t", "t/part-%05d.parquet".formatted(part), 1, content.length(), "d")),
            List.of(),
            1,
            0.5,
            0,
            "e");
    run.commit(RunDirectory.MAIN_STAGE, record, List.of(staged));
    return record;
  }

  @Test
  void idIsTimeAndFingerprintAndNeverTaken() throws IOException {
    assertThat(run.id()).isEqualTo("2026-11-22T02-10-00Z-1a2b3c4d");
    assertThat(RunDirectory.create(files, output.toString(), NOW, FINGERPRINT).id())
        .isEqualTo("2026-11-22T02-10-01Z-1a2b3c4d");
    assertThat(RunDirectory.isId(run.id())).isTrue();
    assertThat(RunDirectory.isId("tokens")).isFalse();
  }

  @Test
  void findsRunsByTheWholeFingerprintNewestFirst() throws IOException {
    RunDirectory second = RunDirectory.create(files, output.toString(), NOW, FINGERPRINT);
    second.start(manifest(FINGERPRINT).withRun(second.id()));
    RunDirectory similar = RunDirectory.create(files, output.toString(), NOW, FINGERPRINT);
    similar.start(manifest(new Fingerprint("1a2b3c4d" + "1".repeat(56))).withRun(similar.id()));

    assertThat(
            RunDirectory.find(files, output.toString(), FINGERPRINT).stream().map(RunDirectory::id))
        .containsExactly(second.id(), run.id());
  }

  @Test
  void partsWithoutWholeFilesOrReadableRecordsAreNotFinished() throws IOException {
    PartRecord kept = commit(0, "abc");
    commit(1, "abc");
    commit(2, "abc");
    commit(3, "abc");
    Files.delete(output.resolve(run.id() + "/t/part-00001.parquet"));
    Files.writeString(output.resolve(run.id() + "/t/part-00002.parquet"), "ab");
    Files.writeString(output.resolve(run.id() + "/parts/00003.json"), "{\"part\":3");

    assertThat(run.finishedParts(RunDirectory.MAIN_STAGE)).containsExactly(kept);
    assertThat(output.resolve(run.id() + "/parts").toFile().list()).containsExactly("00000.json");
  }

  @Test
  void straysGoAndCommittedFilesStay() throws IOException {
    PartRecord kept = commit(0, "abc");
    files.replace(run.path("t/part-00009.parquet"), "stray");
    files.replace(run.path("model/config.json"), "an artifact");

    run.removeStrays(Set.of("t", "absent"), List.of(kept));

    assertThat(output.resolve(run.id() + "/t").toFile().list())
        .containsExactly("part-00000.parquet");
    assertThat(output.resolve(run.id() + "/model/config.json")).exists();
  }

  @Test
  void partsOfAStageAreKeptApartAndMayHoldArtifacts() throws IOException {
    PartRecord main = commit(0, "abc");
    files.replace(run.stagingPath("s") + "/a", "{}");
    files.replace(run.path("model/b"), "in place");
    PartRecord staged =
        new PartRecord(
            0,
            List.of(),
            List.of(new ArtifactFile("model/a", 2, "d"), new ArtifactFile("model/b", 8, "e")),
            1,
            0.5,
            0,
            "e");
    run.commit("fit", staged, List.of(run.stagingPath("s") + "/a", run.path("model/b")));

    assertThat(run.stages()).containsExactly(RunDirectory.MAIN_STAGE, "fit");
    assertThat(run.finishedParts(RunDirectory.MAIN_STAGE)).containsExactly(main);
    assertThat(run.finishedParts("fit")).containsExactly(staged);
    files.replace(run.path("model/stray"), "");
    run.removeStrays(Set.of("model"), List.of(main, staged));
    assertThat(output.resolve(run.id() + "/model").toFile().list())
        .containsExactlyInAnyOrder("a", "b");

    files.replace(run.path("model/b"), "cut");
    assertThat(run.finishedParts("fit")).isEmpty();
    assertThat(run.finishedParts(RunDirectory.MAIN_STAGE)).containsExactly(main);
  }

  @Test
  void internalFoldersGoWhenTheRunIsLatest() throws IOException {
    files.replace(run.path("_gram/part-00000.parquet"), "x");
    files.replace(run.workPath() + "/part-00000/state", "x");

    run.succeed(manifest(FINGERPRINT).withRun(run.id()));

    assertThat(output.resolve(run.id()).toFile().list())
        .containsExactlyInAnyOrder("_SUCCESS", "manifest.json");
  }

  @Test
  void succeedsWithLatestAndIsDamagedWhenAFileIsNotAsWritten() throws IOException {
    commit(0, "abc");
    files.replace(run.path("model/config.json"), "{}");
    assertThat(run.succeeded()).isFalse();
    assertThat(run.damage()).isPresent();
    run.succeed(
        manifest(FINGERPRINT)
            .withRun(run.id())
            .completed(
                Map.of(
                    "t",
                    new Manifest.Table(
                        "",
                        List.of(),
                        Map.of(),
                        1,
                        3,
                        List.of(new Manifest.File("t/part-00000.parquet", 1, 3, "d", Map.of())))),
                Map.of(
                    "model",
                    new Manifest.Artifact(
                        2, List.of(new ArtifactFile("model/config.json", 2, "e")))),
                Map.of(),
                Map.of(),
                NOW.toString(),
                1));

    assertThat(run.succeeded()).isTrue();
    assertThat(run.damage()).isEmpty();
    assertThat(output.resolve("latest")).hasContent(run.id());
    Files.writeString(output.resolve(run.id() + "/t/part-00000.parquet"), "abcd");
    assertThat(run.damage().orElseThrow()).endsWith("has 4 bytes, written were 3");
    Files.writeString(output.resolve(run.id() + "/t/part-00000.parquet"), "abc");
    Files.delete(output.resolve(run.id() + "/model/config.json"));
    assertThat(run.damage().orElseThrow()).endsWith("model/config.json is missing");
  }
}
