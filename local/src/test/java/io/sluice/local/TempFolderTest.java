package io.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void waitsForAServersLastThreads(boolean interrupted) throws Exception {
    TempFolder folder = TempFolder.create("sluice-test-");
    Path inside = folder.folder("inside");
    CountDownLatch writing = new CountDownLatch(1);
    Thread server =
        new Thread(
            () -> {
              long start = System.nanoTime();
              for (int i = 0; System.nanoTime() - start < 300_000_000; i++) {
                try {
                  boolean unused = inside.toFile().mkdir();
                  Files.createFile(inside.resolve(Integer.toString(i)));
                } catch (IOException e) {
                  // Its folder has just been removed.
                }
                writing.countDown();
              }
            });
    server.start();
    writing.await();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }

    folder.close();

    assertThat(Thread.interrupted()).isEqualTo(interrupted);
    server.join();
    assertThat(folder.path()).doesNotExist();
  }
}
