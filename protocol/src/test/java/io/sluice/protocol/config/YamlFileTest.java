package io.sluice.protocol.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.protocol.UsageError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class YamlFileTest {

  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("run.yaml");
  }

  @Test
  void nestedKeysAreJoinedWithADot() throws IOException {
    assertThat(
            read(
                """
                # a comment
                run: demo
                shards: 64
                window-scale: 0.5
                checkpoint-dir:
                kafka:
                  security.protocol: SSL
                  ssl:
                    keystore.location: /k
                """))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "run", "demo",
                "shards", "64",
                "window-scale", "0.5",
                "checkpoint-dir", "",
                "kafka.security.protocol", "SSL",
                "kafka.ssl.keystore.location", "/k"));
  }

  @Test
  void anEmptyFileSetsNothing() throws IOException {
    assertThat(read("# nothing\n")).isEmpty();
  }

  @Test
  void aMistakeNamesItsLine() {
    assertRefused("run: demo\nshards: [1\n", "config file %s is not YAML: line 3: ");
    assertRefused(
        "run: a\nrun: b\n", "config file %s is not YAML: line 2: found duplicate key run");
    assertRefused("run: a\n\tshards: 3\n", "config file %s is not YAML: line 2: ");
  }

  @Test
  void whatIsNoMapOfValuesIsRefused() {
    assertRefused("- run\n", "config file %s must be a map of 'key: value' lines");
    assertRefused("shards: [1, 2]\n", "config file %s: shards is a list; allowed: a single value");
  }

  @Test
  void aFileThatIsNotThereOrNotReadableIsNamed() {
    assertThatThrownBy(() -> YamlFile.read(file))
        .isInstanceOf(UsageError.class)
        .hasMessage("config file %s does not exist", file);
    assertThatThrownBy(() -> YamlFile.read(folder))
        .isInstanceOf(UsageError.class)
        .hasMessageStartingWith("config file %s cannot be read: ", folder);
  }

  private Map<String, String> read(String yaml) throws IOException {
    Files.writeString(file, yaml);
    return YamlFile.read(file);
  }

  private void assertRefused(String yaml, String message) {
    assertThatThrownBy(() -> read(yaml))
        .isInstanceOf(UsageError.class)
        .hasMessageStartingWith(message, file)
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
  }
}
