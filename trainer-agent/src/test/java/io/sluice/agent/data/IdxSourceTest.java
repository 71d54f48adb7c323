package io.sluice.agent.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sluice.protocol.UserError;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdxSourceTest {
  @TempDir Path folder;

  /** Three training images of 2×3 with labels 0, 2, 1, and one test image with label 4. */
  @BeforeEach
  void writeFiles() throws IOException {
    byte[] train = new byte[18];
    for (int i = 0; i < 18; i++) {
      train[i] = (byte) (i * 15); // up to 255, so that a sign error shows
    }
    write("train-images-idx3-ubyte", idx(train, 3, 2, 3));
    write("train-labels-idx1-ubyte", idx(new byte[] {0, 2, 1}, 3));
    write("t10k-images-idx3-ubyte", idx(new byte[] {1, 2, 3, 4, 5, 6}, 1, 2, 3));
    write("t10k-labels-idx1-ubyte", idx(new byte[] {4}, 1));
  }

  @Test
  void readsPlainFiles() {
    SampleSource source = open();
    assertThat(source.shape()).isEqualTo(new SampleShape(1, 2, 3));
    assertThat(source.classes()).isEqualTo(5);
    assertThat(source.train().count()).isEqualTo(3);
    assertThat(source.test().count()).isEqualTo(1);

    float[] values = new float[18];
    assertThat(source.train().read(0, values, 0)).isEqualTo(0);
    assertThat(source.train().read(1, values, 6)).isEqualTo(2);
    assertThat(source.train().read(2, values, 12)).isEqualTo(1);
    assertThat(source.train().label(1)).isEqualTo(2);
    // 0, 15, …, 255 have mean 127.5 and deviation 15 · sqrt((18² − 1) / 12)
    double deviation = 15 * Math.sqrt((18 * 18 - 1) / 12.0);
    for (int i = 0; i < 18; i++) {
      assertThat((double) values[i]).isCloseTo((i * 15 - 127.5) / deviation, within(1e-5));
    }
    float[] test = new float[6];
    assertThat(source.test().read(0, test, 0)).isEqualTo(4);
    assertThat((double) test[5]).isCloseTo((6 - 127.5) / deviation, within(1e-5));
  }

  @Test
  void readsGzippedFilesAndDottedNames() throws IOException {
    float[] plain = new float[6];
    open().train().read(1, plain, 0);
    gzip("train-images-idx3-ubyte", "train-images.idx3-ubyte.gz");
    gzip("t10k-labels-idx1-ubyte", "t10k-labels-idx1-ubyte.gz");
    Files.move(
        folder.resolve("train-labels-idx1-ubyte"), folder.resolve("train-labels.idx1-ubyte"));
    float[] zipped = new float[6];
    assertThat(open().train().read(1, zipped, 0)).isEqualTo(2);
    assertThat(zipped).isEqualTo(plain);
  }

  @Test
  void missingFolder() {
    assertThatThrownBy(() -> IdxSource.open(folder.resolve("nowhere")))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("nowhere does not exist")
        .hasMessageContaining("t10k-labels-idx1-ubyte");
  }

  @Test
  void missingFile() throws IOException {
    Files.delete(folder.resolve("t10k-labels-idx1-ubyte"));
    assertFails("has no file t10k-labels-idx1-ubyte or t10k-labels-idx1-ubyte.gz");
  }

  @Test
  void shortFile() throws IOException {
    write("train-images-idx3-ubyte", idx(new byte[17], 3, 2, 3));
    assertFails("train-images-idx3-ubyte is too short: it promises 3 × 2 × 3 bytes and holds 17.");
  }

  @Test
  void shortHeader() throws IOException {
    write("train-labels-idx1-ubyte", new byte[] {0, 0, 8, 1, 0});
    assertFails("train-labels-idx1-ubyte is too short");
  }

  @Test
  void truncatedGzip() throws IOException {
    gzip("train-images-idx3-ubyte", "whole.gz");
    byte[] whole = Files.readAllBytes(folder.resolve("whole.gz"));
    write("train-images-idx3-ubyte.gz", Arrays.copyOf(whole, whole.length / 2));
    assertFails("train-images-idx3-ubyte.gz is too short");
  }

  @Test
  void notGzip() throws IOException {
    Files.move(
        folder.resolve("t10k-labels-idx1-ubyte"), folder.resolve("t10k-labels-idx1-ubyte.gz"));
    assertFails("t10k-labels-idx1-ubyte.gz: Not in GZIP format");
  }

  @Test
  void wrongMagic() throws IOException {
    Files.copy(
        folder.resolve("train-labels-idx1-ubyte"),
        folder.resolve("train-images-idx3-ubyte"),
        StandardCopyOption.REPLACE_EXISTING);
    assertFails("train-images-idx3-ubyte is not an IDX file", "00000801, expected 00000803");
  }

  @Test
  void absurdSizes() throws IOException {
    write("train-images-idx3-ubyte", idx(new byte[18], 1 << 30, 28, 28));
    assertFails("train-images-idx3-ubyte cannot be held", "1073741824 × 28");
    write("train-images-idx3-ubyte", idx(new byte[18], -3, 2, 3));
    assertFails("train-images-idx3-ubyte cannot be held", "-3");
  }

  @Test
  void labelCountMismatch() throws IOException {
    write("train-labels-idx1-ubyte", idx(new byte[] {0, 1}, 2));
    assertFails("has 3 images", "train-labels-idx1-ubyte has 2 labels");
  }

  @Test
  void testImagesOfAnotherSize() throws IOException {
    write("t10k-images-idx3-ubyte", idx(new byte[4], 1, 2, 2));
    assertFails("t10k-images-idx3-ubyte has images of 2×2", "has 2×3");
  }

  @Test
  void unknownSample() {
    SampleSplit train = open().train();
    assertThatThrownBy(() -> train.read(3, new float[6], 0))
        .isInstanceOf(UserError.class)
        .hasMessage(
            "idx:%s has no sample 3, only 3 samples from 0 to 2: append new samples to its two"
                + " train files, on every agent's machine, before 'sluice dataset add' declares"
                + " them; then start this agent again.",
            folder);
  }

  @Test
  void findsSamplesThatWereAppendedSince() throws IOException {
    SampleSplit train = open().train();
    float[] before = new float[6];
    train.read(1, before, 0);

    writeTrain(5, 3);
    float[] values = new float[6];
    assertThat(train.read(4, values, 0)).isEqualTo(3);
    // The first three images, 0 to 255, have decided on the mean.
    double deviation = 15 * Math.sqrt((18 * 18 - 1) / 12.0);
    assertThat((double) values[5]).isCloseTo((29 - 127.5) / deviation, within(1e-5));
    assertThat(train.read(3, values, 0)).isEqualTo(3);
    assertThat(train.read(1, values, 0)).isEqualTo(2);
    assertThat(values).as("what was there stays as it is").isEqualTo(before);
    assertThat(train.count()).isEqualTo(5);
    assertUnread(train, 5, "has no sample 5, only 5 samples from 0 to 4");

    writeTrain(6, 3);
    assertThat(train.read(5, values, 0)).isEqualTo(3);
  }

  @Test
  void growsIntoAnotherVariantOfTheFile() throws IOException {
    SampleSplit train = open().train();
    writeTrain(4, 1);
    gzip("train-images-idx3-ubyte", "train-images-idx3-ubyte.gz");
    assertThat(train.read(3, new float[6], 0)).isEqualTo(1);
  }

  @Test
  void samplesThatWereAppendedMustFit() throws IOException {
    SampleSplit train = open().train();

    writeTrain(4, 5);
    assertUnread(train, 3, "new sample of class 5, but the model was made for 5 classes, 0 to 4");
    write("train-images-idx3-ubyte", idx(new byte[4 * 9], 4, 3, 3));
    assertUnread(train, 3, "train-images-idx3-ubyte has images of 3×3, but this run has 2×3");
    write("train-images-idx3-ubyte", idx(new byte[4 * 6], 4, 2, 3));
    assertUnread(train, 3, "no longer begins with the 3 samples that were there");
    writeTrain(2, 0);
    assertUnread(train, 3, "no longer begins with the 3 samples that were there");
    write("train-labels-idx1-ubyte", idx(new byte[] {0}, 1));
    assertUnread(train, 3, "has 2 images", "has 1 labels");

    writeTrain(4, 4);
    assertThat(train.read(3, new float[6], 0)).as("once it is put right").isEqualTo(4);
  }

  /** The three training images and labels, or the first of them, and more of one label. */
  private void writeTrain(int count, int label) throws IOException {
    byte[] images = new byte[count * 6];
    byte[] labels = new byte[count];
    for (int i = 0; i < images.length; i++) {
      images[i] = (byte) (i < 18 ? i * 15 : i);
    }
    for (int i = 0; i < count; i++) {
      labels[i] = (byte) (i < 3 ? 2 * i % 3 : label);
    }
    write("train-images-idx3-ubyte", idx(images, count, 2, 3));
    write("train-labels-idx1-ubyte", idx(labels, count));
  }

  private static void assertUnread(SampleSplit split, long id, String... parts) {
    assertThatThrownBy(() -> split.read(id, new float[6], 0))
        .isInstanceOf(UserError.class)
        .hasMessageContainingAll(parts)
        .hasMessageNotContaining("\n");
  }

  private SampleSource open() {
    return SampleSources.open("idx:" + folder, 0);
  }

  private void assertFails(String... parts) {
    assertThatThrownBy(this::open)
        .isInstanceOf(UserError.class)
        .hasMessageContainingAll(parts)
        .hasMessageNotContaining("\n");
  }

  private static byte[] idx(byte[] content, int... sizes) {
    ByteBuffer buffer = ByteBuffer.allocate(4 + 4 * sizes.length + content.length);
    buffer.putInt(0x0800 + sizes.length);
    for (int size : sizes) {
      buffer.putInt(size);
    }
    return buffer.put(content).array();
  }

  private void write(String name, byte[] bytes) throws IOException {
    Files.write(folder.resolve(name), bytes);
  }

  private void gzip(String from, String to) throws IOException {
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(folder.resolve(to)))) {
      Files.copy(folder.resolve(from), out);
    }
    Files.delete(folder.resolve(from));
  }
}
