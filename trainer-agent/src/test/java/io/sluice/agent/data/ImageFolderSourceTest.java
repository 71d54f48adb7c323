package io.sluice.agent.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sluice.protocol.UserError;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageFolderSourceTest {
  @TempDir Path folder;

  @Test
  void readsTrainAndTestFolders() throws IOException {
    write("train/cat/b.png", Color.RED);
    write("train/cat/a.png", Color.GREEN);
    write("train/dog/c.jpg", Color.BLUE);
    write("train/emu/d.bmp", Color.BLACK);
    write("test/dog/e.png", Color.WHITE);
    Files.writeString(folder.resolve("train/cat/.hidden"), "not an image");

    SampleSource source = open("");
    assertThat(source.shape()).isEqualTo(new SampleShape(3, 64, 64));
    assertThat(source.classes()).isEqualTo(3);
    assertThat(source.train().count()).isEqualTo(4);
    assertThat(source.test().count()).isEqualTo(1);
    assertColour(source.train(), 0, 0, 0, 1, 0); // a.png before b.png
    assertColour(source.train(), 1, 0, 1, 0, 0);
    assertColour(source.train(), 2, 1, 0, 0, 1);
    assertColour(source.train(), 3, 2, 0, 0, 0);
    assertColour(source.test(), 0, 1, 1, 1, 1);
  }

  @Test
  void setsATenthAsideWhereThereIsNoTestFolder() throws IOException {
    for (int i = 0; i < 100; i++) {
      write("cat/" + i + ".png", Color.RED);
      write("dog/" + i + ".png", Color.BLUE);
    }
    SampleSource source = open("?size=4");
    assertThat(source.train().count() + source.test().count()).isEqualTo(200);
    assertThat(source.test().count()).isBetween(8L, 32L); // three deviations of a binomial
    write("cat/new.png", Color.RED);
    SampleSource grown = open("?size=4");
    assertThat(paths(grown.train())).containsAll(paths(source.train()));
    assertThat(paths(grown.test())).containsAll(paths(source.test()));
    assertThat(paths(source.test())).doesNotContainAnyElementsOf(paths(source.train()));
  }

  @Test
  void shrinksByAveraging() throws IOException {
    BufferedImage image = new BufferedImage(4, 2, BufferedImage.TYPE_INT_RGB);
    int[] greys = {0, 100, 200, 200, 50, 50, 0, 100};
    for (int i = 0; i < 8; i++) {
      image.setRGB(i % 4, i / 4, greys[i] * 0x010101);
    }
    save("train/a/x.png", image);
    write("train/b/y.png", Color.RED);
    write("test/a/z.png", Color.RED);
    float[] values = new float[3];
    open("?size=1").train().read(0, values, 0);
    assertThat((double) values[0]).isCloseTo((88 / 255.0 - .485) / .229, within(1e-4)); // 700 / 8
    float[] wide = new float[12];
    open("?size=2").train().read(0, wide, 0);
    assertThat((double) wide[1]).isCloseTo((200 / 255.0 - .485) / .229, within(1e-4));
  }

  @Test
  void enlarges() throws IOException {
    write("train/a/x.png", Color.GREEN);
    write("train/b/y.png", Color.RED);
    write("test/a/z.png", Color.RED);
    float[] values = new float[3 * 100 * 100];
    open("?size=100").train().read(0, values, 0);
    assertThat((double) values[9_999]).isCloseTo(-.485 / .229, within(1e-4));
    assertThat((double) values[19_999]).isCloseTo((1 - .456) / .224, within(1e-4));
  }

  @Test
  void missingFolder() {
    assertThatThrownBy(() -> ImageFolderSource.open(folder.resolve("nowhere"), 8))
        .isInstanceOf(UserError.class)
        .hasMessageEndingWith("nowhere does not exist.");
  }

  @Test
  void noClasses() {
    assertFails("has 0 class folders", "DIR/train and DIR/test");
  }

  @Test
  void emptyClass() throws IOException {
    write("cat/a.png", Color.RED);
    Files.createDirectories(folder.resolve("dog"));
    assertFails("dog has no images.");
  }

  @Test
  void noTestImages() throws IOException {
    write("train/cat/a.png", Color.RED);
    write("train/dog/a.png", Color.RED);
    Files.createDirectories(folder.resolve("test"));
    assertFails("test has no images for one of the two splits");
  }

  @Test
  void testClassThatIsNotTrained() throws IOException {
    write("train/cat/a.png", Color.RED);
    write("train/dog/a.png", Color.RED);
    write("test/cat/a.png", Color.RED);
    write("test/eel/a.png", Color.RED);
    assertFails("eel is a class that");
  }

  @Test
  void undecodableFileIsNamed() throws IOException {
    write("train/cat/a.png", Color.RED);
    write("train/dog/b.png", Color.RED);
    write("test/dog/b.png", Color.RED);
    Files.writeString(folder.resolve("train/cat/notes.txt"), "not an image");
    byte[] whole = Files.readAllBytes(folder.resolve("train/dog/b.png"));
    Files.write(folder.resolve("train/dog/b.png"), Arrays.copyOf(whole, 40));
    SampleSplit train = open("").train();
    assertThatThrownBy(() -> train.read(1, new float[3 * 64 * 64], 0))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("notes.txt is not an image");
    assertThatThrownBy(() -> train.read(2, new float[3 * 64 * 64], 0))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("Could not decode the image")
        .hasMessageContaining("b.png");
    assertThatThrownBy(() -> train.read(3, new float[3 * 64 * 64], 0))
        .isInstanceOf(UserError.class)
        .hasMessage(
            "images:%1$s has no image 3, only 3 images from 0 to 2: put new images into folders per"
                + " class in %1$s/train-1, %1$s/train-2 and so on, on every agent's machine, before"
                + " 'sluice dataset add' declares them; then start this agent again.",
            folder);
  }

  @Test
  void growsByFoldersThatCountAfterThoseBefore() throws IOException {
    write("train/cat/b.png", Color.RED);
    write("train/dog/b.png", Color.GREEN);
    write("test/cat/b.png", Color.RED);
    SampleSource source = open("");
    SampleSplit train = source.train();
    assertThat(train.count()).isEqualTo(2);

    write("train-1/cat/a.png", Color.BLUE);
    write("train-1/dog/a.png", Color.WHITE);
    assertColour(train, 3, 1, 1, 1, 1);
    assertColour(train, 2, 0, 0, 0, 1);
    for (int number = 2; number <= 10; number++) {
      write("train-" + number + "/dog/" + (20 - number) + ".png", Color.BLACK);
    }
    write("train-12/dog/a.png", Color.WHITE);
    write("train-11/cat/z.png", Color.GREEN);
    assertColour(train, 13, 0, 0, 1, 0); // 11 after 10, and neither name nor class moves it
    assertColour(train, 14, 1, 1, 1, 1);

    for (SampleSplit split : List.of(train, open("").train())) {
      assertColour(split, 0, 0, 1, 0, 0);
      assertColour(split, 1, 1, 0, 1, 0);
      assertColour(split, 4, 1, 0, 0, 0);
      assertThat(split.count()).as("known, or found again by a later start").isEqualTo(15);
    }
    assertThat(source.test().count()).isEqualTo(1);
  }

  @Test
  void aFileAmongOldOnesIsNoWayToGrow() throws IOException {
    write("train/cat/b.png", Color.RED);
    write("train/dog/b.png", Color.GREEN);
    write("test/cat/b.png", Color.RED);
    SampleSplit train = open("").train();

    write("train/cat/c.png", Color.RED);
    assertThatThrownBy(() -> train.read(2, new float[3 * 64 * 64], 0))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("no longer has %s as image 1", folder.resolve("train/dog/b.png"));
    Files.delete(folder.resolve("train/cat/c.png"));
    Files.delete(folder.resolve("train/dog/b.png"));
    write("train/dog/a.png", Color.GREEN);
    assertThatThrownBy(() -> train.read(2, new float[3 * 64 * 64], 0))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("no longer has %s as image 1", folder.resolve("train/dog/b.png"));
    write("train/dog/b.png", Color.GREEN);
    Files.delete(folder.resolve("train/dog/a.png"));
    write("train-1/eel/a.png", Color.GREEN);
    assertThatThrownBy(() -> train.read(2, new float[3 * 64 * 64], 0))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("train-1/eel is a class that");
  }

  @Test
  void aFolderWithoutATestFolderDoesNotGrow() throws IOException {
    for (int i = 0; i < 30; i++) {
      write("cat/" + i + ".png", Color.RED);
      write("dog/" + i + ".png", Color.BLUE);
    }
    SampleSplit train = open("?size=4").train();
    assertThatThrownBy(() -> train.read(train.count(), new float[3 * 4 * 4], 0))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("a folder without DIR/train and DIR/test does not grow");
  }

  private SampleSource open(String options) {
    return SampleSources.open("images:" + folder + options, 0);
  }

  private void assertFails(String... parts) {
    assertThatThrownBy(() -> open(""))
        .isInstanceOf(UserError.class)
        .hasMessageContainingAll(parts)
        .hasMessageNotContaining("\n");
  }

  private static List<Path> paths(SampleSplit split) {
    List<Path> paths = new ArrayList<>();
    ((ImageSplit) split).files().forEach(file -> paths.add(file.path()));
    return paths;
  }

  /** Red, green and blue as 0 or 1; JPEG is allowed to be a little off. */
  private static void assertColour(SampleSplit split, int id, int label, int... colour) {
    float[] values = new float[3 * 64 * 64];
    assertThat(split.read(id, values, 0)).isEqualTo(label);
    double[] means = {.485, .456, .406};
    double[] deviations = {.229, .224, .225};
    for (int channel = 0; channel < 3; channel++) {
      double value = values[channel * 4096 + 2_000] * deviations[channel] + means[channel];
      assertThat(value).isCloseTo(colour[channel], within(0.02));
    }
  }

  private void write(String name, Color colour) throws IOException {
    BufferedImage image = new BufferedImage(20, 10, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 200; i++) {
      image.setRGB(i % 20, i / 20, colour.getRGB());
    }
    save(name, image);
  }

  private void save(String name, BufferedImage image) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    String format = name.substring(name.lastIndexOf('.') + 1);
    assertThat(ImageIO.write(image, format, file.toFile())).isTrue();
  }
}
