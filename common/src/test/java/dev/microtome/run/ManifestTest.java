package dev.microtome.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ManifestTest {
  private static JsonNode json(String text) {
    try {
      return new ObjectMapper().readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static Manifest manifest(String configuration, String inputPath) {
    return Manifest.started(
            "range",
            false,
            new Fingerprint("ab".repeat(32)),
            json(configuration),
            List.of(new InputRecord("text", inputPath, "cd", 1, -1, 10, List.of())),
            Map.of("seed", json("7")),
            Map.of("java", "17"),
            5,
            "2026-11-22T02:10:00Z")
        .withRun("2026-11-22T02-10-00Z-abababab");
  }

  @Test
  void readsBackWhatItWrote() {
    Manifest manifest =
        manifest("{\"count\":3,\"batch-tokens\":null}", "file:/a")
            .completed(
                Map.of(
                    "numbers",
                    new Manifest.Table(
                        "doc",
                        List.of(new Manifest.Column("number", "LONG", "", "the number")),
                        Map.of("dtype", "float32"),
                        3,
                        100,
                        List.of(
                            new Manifest.File(
                                "numbers/part-00000.parquet", 3, 100, "ef", Map.of())))),
                Map.of(
                    "model",
                    new Manifest.Artifact(
                        5, List.of(new ArtifactFile("model/step-1/config.json", 5, "01")))),
                Map.of("largest", 2),
                Map.of("java", "17"),
                "2026-11-22T02:11:00Z",
                60.5);

    assertThat(Manifest.parse(manifest.json(), "m")).isEqualTo(manifest);
    assertThat(manifest.complete()).isTrue();
  }

  @Test
  void readsManifestsFromBeforeThereWereArtifacts() {
    String json = manifest("{}", "file:/a").json();
    String before = json.replaceFirst("\"artifacts\" : \\{ ?\\},\\s*", "");

    assertThat(before).doesNotContain("artifacts").isNotEqualTo(json);
    assertThat(Manifest.parse(before, "m").artifacts()).isEmpty();
  }

  @Test
  void hidesSecrets() {
    String json =
        manifest(
                """
                {"db-password":"p1","api-key":"p2","hf-token":"p3","nested":{"secret":"p4"},
                 "dbPassword":"p9","awsSecretAccessKey":"p10","chat-webhook-url":"p11","api-keys":["p12"],
                 "door":"ftp://user:p13@p14@host/x",
                 "url":"https://user:p5@host/x?sig=p6&n=1","list":["s3a://key:p7@bucket/"],
                 "chat-hook":"p15p15p15","same":{"webhook":"p15p15p15"},"short":{"secret":"key"},
                 "fs.s3a.secret.key":"p19","fs.azure.account.key.x.blob.core.windows.net":"p20","github_token":"p21",
                 "texts":["--conf spark.hadoop.fs.s3a.secret.key=p22","--conf=spark.x.password=p23","a=1,password=p24",
                  "--password='p25 p26'","https://p27@github.com","redis://:p28@host","X-Api-Key: p29","Authorization=Bearer p30"],
                 "path":"abfss://container@account.dfs.core.windows.net/a","assignment":"learning-rate=0.1",
                 "command":["curl","-H","Authorization: Bearer p16","--password=p17","--api-key","p18","--data=x"],
                 "tokens":"runs/tokens","batch-tokens":4,"tokenizer":"t.json","key":"attention key"}
                """,
                "https://host/a.txt?token=p8")
            .json();

    assertThat(json).doesNotContainPattern("p[0-9]");
    assertThat(json)
        .contains("runs/tokens", "t.json", "attention key", "?sig=***&n=1", "//***@host")
        .contains("Authorization: Bearer ***", "\"--password=***\"", "\"--data=x\"")
        .contains("abfss://container@account", "learning-rate=0.1", "a=1,password=***");
    assertThat(json).contains("\"batch-tokens\" : 4");
  }

  @Test
  void refusesOtherFiles() {
    for (String other : List.of("", "[]", "{}", "{\"run\":", "null")) {
      assertThatExceptionOfType(InputException.class)
          .isThrownBy(() -> Manifest.parse(other, "x/manifest.json"))
          .withMessage("x/manifest.json: not a manifest of a run");
    }
  }

  @Test
  void fingerprintDependsOnWhatItShouldAndNothingElse() {
    InputRecord a = new InputRecord("text", "file:/a", "d1", 1, -1, 10, List.of());
    InputRecord b = new InputRecord("model", "file:/b", "d2", 1, -1, 10, List.of());
    InputRecord moved = new InputRecord("text", "file:/c", "d1", 2, -1, 11, List.of());
    Fingerprint fingerprint = Fingerprint.of("j", "1", json("{\"x\":1,\"y\":2}"), List.of(a, b));

    assertThat(Fingerprint.of("j", "1", json("{\"y\":2,\"x\":1}"), List.of(b, moved)))
        .isEqualTo(fingerprint);
    assertThat(
            List.of(
                Fingerprint.of("k", "1", json("{\"x\":1,\"y\":2}"), List.of(a, b)),
                Fingerprint.of("j", "2", json("{\"x\":1,\"y\":2}"), List.of(a, b)),
                Fingerprint.of("j", "1", json("{\"x\":1,\"y\":3}"), List.of(a, b)),
                Fingerprint.of("j", "1", json("{\"x\":1,\"y\":2}"), List.of(a))))
        .doesNotContain(fingerprint)
        .doesNotHaveDuplicates();
    assertThat(fingerprint.sha256()).hasSize(64).startsWith(fingerprint.prefix());
  }
}
