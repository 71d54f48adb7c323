package io.sluice.protocol.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.protocol.UsageError;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
  void valuesAreTakenAsTheyAreWritten() throws IOException {
    assertThat(read("a: 1.50\nb: 0x10\nc: 1_000\nd: true\ne: null\nf: 2026-01-01\ng: '007'\n"))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "a",
                "1.50",
                "b",
                "0x10",
                "c",
                "1_000",
                "d",
                "true",
                "e",
                "",
                "f",
                "2026-01-01",
                "g",
                "007"));
  }

  @Test
  void aMistakeNamesItsLine() {
    String start = "config file %s is not YAML of settings: line ";
    assertRefused("run: demo\nshards: [1\n", start + "3, column 1: ");
    assertRefused("run: a\nrun: b\n", start + "2, column 1: a key that was there before");
    assertRefused("run: a\n\tshards: 3\n", start + "2, column 1: ");
    assertRefused("run: a: b\n", start + "1, column 7: mapping values are not allowed here");
  }

  /** Whatever the mistake, and wherever a stack trace is shown. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "password: *MARKER",
        "password: !MARKER",
        "password: !!MARKER x",
        "password: !MARKER!x y",
        "password: !!int MARKER",
        "password: !!set {MARKER}",
        "password: \"\\UMARKERMA\"",
        "password: MARKER: x",
        "password: [MARKER",
        "password: 'MARKER",
        "password: \"MARKER",
        "password: `MARKER",
        "password: @MARKER",
        "password: %MARKER",
        "password: |MARKER",
        "password: x\n\tMARKER",
        "password: x\nMARKER",
        "password: x\nMARKER=\"y\": z",
        "password: MARKER\nMARKER x: 1\nMARKER x: 2",
        "password: {MARKER x}",
        "password: [MARKER]",
        "password: &a {b: MARKER, c: *a}",
        "password: MARKER\u0007",
        "MARKER",
        "? [MARKER]\n: x",
        "%YAML MARKER\n---\na: b",
        "%TAG MARKER x\n---\na: b"
      })
  void aMistakeDoesNotShowWhatTheFileSays(String yaml) {
    assertThatThrownBy(() -> read(yaml + "\n"))
        .isInstanceOf(UsageError.class)
        .satisfies(
            e -> {
              StringWriter trace = new StringWriter();
              e.printStackTrace(new PrintWriter(trace));
              assertThat(trace.toString()).startsWith(UsageError.class.getName());
              assertThat(trace.toString()).doesNotContain("MARKER");
            });
  }

  @Test
  void noClassIsMadeOfATag() {
    assertRefused(
        "run: !!java.net.URL ['http://127.0.0.1/']\n",
        "config file %s is not YAML of settings: line 1, column 6: a tag");
    assertRefused(
        "run: !!java.util.Optional x\n",
        "config file %s is not YAML of settings: line 1, column 6: a tag");
  }

  @Test
  void aMapCannotHoldItself() {
    assertRefused("kafka: &a {b: *a}\n", "config file %s is not YAML of settings: ");
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
