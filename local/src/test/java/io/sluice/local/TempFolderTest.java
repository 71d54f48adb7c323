package io.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TempFolderTest {

  @TempDir private Path elsewhere;

  @Test
  void goesWithAllItHoldsButNotWhatItLinksTo() throws IOException {
    Path kept = Files.writeString(elsewhere.resolve("kept"), "text");
    TempFolder folder = TempFolder.create("sluice-test-");
    Path inside = folder.folder("a/b");
    Files.writeString(inside.resolve("file"), "text");
    Files.createSymbolicLink(inside.resolve("link"), elsewhere);

    folder.close();
    folder.close();

    assertThat(folder.path()).doesNotExist();
    assertThat(kept).exists();
  }
}
