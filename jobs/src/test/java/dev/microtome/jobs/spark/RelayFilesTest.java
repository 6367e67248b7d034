package dev.microtome.jobs.spark;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.microtome.jobs.Relay;
import dev.microtome.run.LocalFileStore;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RelayFilesTest {
  @TempDir private Path folder;
  private Relay relay;

  @BeforeEach
  void open() {
    relay = new RelayFiles(new LocalFileStore(), folder.toString());
  }

  private void write(String name, String content) throws IOException {
    relay.write(name, out -> out.write(content.getBytes(UTF_8)));
  }

  private String read(String name) throws IOException {
    try (InputStream in = relay.open(name)) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  @Test
  void aFileIsReplacedAndDeletedWithItsFolder() throws IOException {
    write("group-0/state", "a");
    write("group-0/state", "b");
    write("group-1/state", "c");
    assertThat(read("group-0/state")).isEqualTo("b");

    relay.delete("group-0");
    relay.delete("group-0");

    assertThatExceptionOfType(FileNotFoundException.class).isThrownBy(() -> read("group-0/state"));
    assertThat(read("group-1/state")).isEqualTo("c");
  }

  @Test
  void aFileThatIsNotFinishedLeavesTheOneBefore() throws IOException {
    write("state", "a");

    assertThatExceptionOfType(IOException.class)
        .isThrownBy(
            () ->
                relay.write(
                    "state",
                    out -> {
                      out.write('b');
                      throw new IOException("broken");
                    }));

    assertThat(read("state")).isEqualTo("a");
    assertThat(folder.toFile().list()).containsExactly("state");
  }

  @Test
  void aNameStaysInTheFolder() {
    assertThatIllegalArgumentException().isThrownBy(() -> write("../state", "a"));
  }
}
