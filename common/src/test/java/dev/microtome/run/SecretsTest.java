package dev.microtome.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecretsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "token",
        "slack-token",
        "bot_token",
        "hfToken",
        "pwd",
        "db.pwd",
        "smtp.pass",
        "auth",
        "bearer",
        "oauth2-bearer",
        "session-cookie",
        "id-token",
        "idToken",
        "signing-key",
        "encryption-key",
        "sshKey",
        "ssh-key"
      })
  void aKeyThatOpensSomethingIsSecret(String key) {
    assertThat(Secrets.isSecret(key)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tokens",
        "batch-tokens",
        "bos-token",
        "eos_token",
        "max-token",
        "next-token",
        "last-token",
        "per-token",
        "grid-token",
        "forward-pass",
        "tokenizer",
        "key",
        "author",
        "compass",
        "passes",
        "bypass"
      })
  void whatOnlySoundsLikeOneIsNot(String key) {
    assertThat(Secrets.isSecret(key)).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "curl -u bob:s3cret host | curl -u *** host",
        "curl --proxy-user=bob:s3cret host | curl --proxy-user=*** host",
        "curl -u 'bob:s3 cret' host | curl -u *** host",
        "curl --user \"bob:s3cret\" host | curl --user *** host",
        "Place[position=3, token=17] differs | Place[position=3, token=17] differs",
        "token=17a4c | token=***",
        "python -u night.py | python -u night.py",
        "--header=Cookie: sid=s3cret; b=2 | --header=Cookie: ***",
        "{\"token\": \"s3cret\", \"tokens\": \"t\"} | {\"token\": \"***\", \"tokens\": \"t\"}",
        "https://hooks.chat.example/services/T1/s3cret said | https://hooks.chat.example/*** said",
        "https://chat.example/api/webhooks/1/s3cret | https://chat.example/***",
        "https://chat.example/hook?id=s3cret | https://chat.example/***",
        "https://host/blocks.0.hook_resid_post/a | https://host/blocks.0.hook_resid_post/a",
        "https://host/hookworms | https://host/hookworms",
      })
  void whatACommandMayCarryIsHidden(String text, String shown) {
    assertThat(Secrets.redacted(text)).isEqualTo(shown);
  }

  @Test
  void theArgumentAfterAUserOptionIsHiddenIfItHasAPassword() throws JsonProcessingException {
    String command =
        """
        {"command":["curl","-u","bob:s3cret","--oauth2-bearer","s3cret","-u","night.py"]}
        """;

    assertThat(Secrets.redacted(new ObjectMapper().readTree(command)))
        .hasToString(
            """
            {"command":["curl","-u","***","--oauth2-bearer","***","-u","night.py"]}""");
  }

  /** Texts quote files, and files are hostile: time must not grow with the square of a run. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "?",
        "-",
        "a",
        "://",
        "&a",
        "x-",
        "=",
        "a=",
        "\"",
        "\"a",
        "-u ",
        "-u a",
        "cookie:",
        "http://",
        "/hook",
        "\\",
        "\"a\":\"\\"
      })
  void longRunsAreReadOnce(String unit) {
    String text = unit.repeat(1 << 18);
    assertThat(Secrets.redacted(text)).hasSizeLessThanOrEqualTo(text.length());
  }

  @Test
  void aLongAddressIsReadOnce() {
    // What '.' does not match would have had each of its parts tried as the last.
    assertThat(Secrets.redacted("http://a" + "/hook".repeat(1 << 16) + "\u2028"))
        .startsWith("http://a/***");
  }

  @Test
  void aQuoteWithinAValueDoesNotEndIt() {
    assertThat(Secrets.redacted("{\"password\": \"a\\\"s3cret\", \"b\": \"c\"}"))
        .isEqualTo("{\"password\": \"***\", \"b\": \"c\"}");
  }
}
