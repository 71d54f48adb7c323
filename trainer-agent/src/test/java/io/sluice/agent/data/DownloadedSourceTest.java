package io.sluice.agent.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.repository.Artifact;
import ai.djl.repository.MRL;
import ai.djl.repository.RemoteRepository;
import ai.djl.repository.Repository;
import io.sluice.protocol.UserError;
import java.io.IOException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DownloadedSourceTest {
  private final Random random = new Random(1);

  @TempDir Path folder;

  /** DJL opens a folder of files as a repository; they are named like the items of the artifact. */
  @Test
  void fashionMnist() throws IOException {
    byte[] images = randomBytes(16 + 3 * 784);
    write("train_data", images);
    write("train_labels", new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 7, 0, 9});
    write("test_data", randomBytes(16 + 784));
    write("test_labels", new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 3});

    SampleSource source = DownloadedSource.fashionMnist(repository());
    assertThat(source.shape()).isEqualTo(new SampleShape(1, 28, 28));
    assertThat(source.classes()).isEqualTo(10);
    assertThat(source.train().count()).isEqualTo(3);
    assertThat(source.test().count()).isEqualTo(1);
    float[] values = new float[784];
    assertThat(source.train().read(2, values, 0)).isEqualTo(9);
    assertThat(source.test().read(0, new float[784], 0)).isEqualTo(3);
    source.train().read(1, values, 0);
    assertSameOrder(values, 0, images, 16 + 784, 784);
  }

  @Test
  void doesNotGrow() throws IOException {
    write("train_data", randomBytes(16 + 784));
    write("train_labels", new byte[9]);
    write("test_data", randomBytes(16 + 784));
    write("test_labels", new byte[9]);
    SampleSplit train = DownloadedSource.fashionMnist(repository()).train();

    assertThatThrownBy(() -> train.read(1, new float[784], 0))
        .isInstanceOf(UserError.class)
        .hasMessage(
            "fashion-mnist has no sample 1, only 1 samples from 0 to 0: a downloaded dataset does"
                + " not grow, so no more may be declared; begin another run.");
  }

  @Test
  void cifar10() throws IOException {
    byte[] train = randomBytes(2 * 3073);
    train[0] = 6;
    train[3073] = 9;
    byte[] test = randomBytes(3073);
    test[0] = 1;
    write("data_batch.bin", train);
    write("test_batch.bin", test);

    SampleSource source = DownloadedSource.cifar10(repository());
    assertThat(source.shape()).isEqualTo(new SampleShape(3, 32, 32));
    assertThat(source.classes()).isEqualTo(10);
    assertThat(source.train().count()).isEqualTo(2);
    assertThat(source.test().count()).isEqualTo(1);
    float[] values = new float[3072];
    assertThat(source.train().read(0, values, 0)).isEqualTo(6);
    assertThat(source.test().read(0, new float[3072], 0)).isEqualTo(1);
    assertThat(source.train().read(1, values, 0)).isEqualTo(9);
    for (int channel = 0; channel < 3; channel++) {
      assertSameOrder(values, channel * 1024, train, 3074 + channel * 1024, 1024);
    }
  }

  @Test
  void failedDownload() {
    Repository unreachable =
        new RemoteRepository("testing", URI.create("http://mlrepo.invalid/")) {
          @Override
          public Artifact resolve(MRL resource, Map<String, String> filter) throws IOException {
            throw new UnknownHostException("mlrepo.invalid");
          }
        };
    assertThatThrownBy(() -> DownloadedSource.cifar10(unreachable))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("Could not download the dataset cifar10")
        .hasMessageContaining("mlrepo.invalid")
        .hasMessageNotContaining("\n");
  }

  /** Normalisation rises with the byte, so both must have the same order, within a channel. */
  private static void assertSameOrder(float[] values, int at, byte[] bytes, int from, int count) {
    for (int i = 1; i < count; i++) {
      int expected = Byte.compareUnsigned(bytes[from + i], bytes[from + i - 1]);
      assertThat(Integer.signum(Float.compare(values[at + i], values[at + i - 1])))
          .isEqualTo(Integer.signum(expected));
    }
  }

  private Repository repository() {
    return Repository.newInstance("testing", folder);
  }

  private byte[] randomBytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  private void write(String name, byte[] bytes) throws IOException {
    Files.write(folder.resolve(name), bytes);
  }
}
