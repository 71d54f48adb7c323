package io.sluice.local.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.protocol.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SummaryFileTest {

  @TempDir private Path folder;

  @Test
  void readsASummary() throws IOException {
    Path file = write("{\"settings\": {}, \"epochs\": [{\"epoch\": 0, \"known\": 5}]}");

    assertThat(SummaryFile.read(file).keySet()).containsExactly("settings", "epochs");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{}",
        "{\"settings\": {}, \"epochs\": []}",
        "{\"settings\": {}, \"epochs\": [{\"epoch\": 0}]}",
        "{\"settings\": {}, \"epochs\": [{\"epoch\": \"0\", \"known\": 5}]}",
        "{\"epochs\": [{\"epoch\": 0, \"known\": 5}]}",
        "{\"settings\": {}, \"epochs\": [{\"epoch\": 0, \"known\": 5}], \"baseline\": {}}",
      })
  void saysWhatIsNone(String text) throws IOException {
    Path file = write(text);

    assertThatThrownBy(() -> SummaryFile.read(file))
        .isInstanceOf(UserError.class)
        .hasMessage(file + " is not a summary: give what 'sluice demo --summary FILE' has written");
  }

  @Test
  void saysWhatIsNoJson() throws IOException {
    Path file = write("{\"settings\": ");

    assertThatThrownBy(() -> SummaryFile.read(file))
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith(file + " is not JSON: ");
  }

  @Test
  void saysWhatIsNotThere() {
    Path file = folder.resolve("missing.json");

    assertThatThrownBy(() -> SummaryFile.read(file))
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith("cannot read " + file);
  }

  private Path write(String text) throws IOException {
    return Files.writeString(folder.resolve("s.json"), text);
  }
}
