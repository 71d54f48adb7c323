package io.sluice.local.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.sluice.agent.data.SampleSource;
import io.sluice.agent.data.SampleSources;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SamplePicturesTest {

  @TempDir private Path folder;

  /** Black and white are what they are in the data, and not what they are in one sample. */
  @Test
  void areTheSamplesPixels() throws IOException {
    SamplePictures pictures = SamplePictures.of("glyphs:50", 3, List.of(17L, 30L));

    assertThat(pictures.problem()).isEmpty();
    try (SampleSource source = SampleSources.open("glyphs:50", 3)) {
      float[] values = new float[source.shape().size()];
      int label = source.train().read(17, values, 0);
      assertThat(sample(pictures, 17).get("label").getAsInt()).isEqualTo(label);
      BufferedImage image = image(pictures, 17);
      assertThat(image.getWidth()).isEqualTo(28);
      assertThat(image.getHeight()).isEqualTo(28);
      for (int pixel = 0; pixel < values.length; pixel++) {
        int grey = Math.round(255 * Math.max(0, Math.min(1, 0.13f + 0.24f * values[pixel])));
        assertThat(image.getRGB(pixel % 28, pixel / 28) & 0xFFFFFF)
            .as("pixel %d", pixel)
            .isEqualTo(grey * 0x010101);
      }
    }
  }

  @Test
  void ofColourAreInColourAndNotTooLarge() throws IOException {
    for (String split : List.of("train", "test")) {
      for (String name : List.of("blue", "red")) {
        Path classFolder = Files.createDirectories(folder.resolve(split).resolve(name));
        BufferedImage image = new BufferedImage(4, 4, BufferedImage.TYPE_INT_RGB);
        for (int pixel = 0; pixel < 16; pixel++) {
          image.setRGB(pixel % 4, pixel / 4, name.equals("red") ? 0xC81E0A : 0x0A1EC8);
        }
        ImageIO.write(image, "png", classFolder.resolve("a.png").toFile());
      }
    }

    SamplePictures pictures = SamplePictures.of("images:" + folder + "?size=128", 1, List.of(1L));

    assertThat(sample(pictures, 1).get("label").getAsInt()).isEqualTo(1);
    BufferedImage image = image(pictures, 1);
    assertThat(image.getWidth()).isEqualTo(96);
    assertThat(image.getRGB(50, 50) & 0xFFFFFF).isEqualTo(0xC81E0A);
  }

  @Test
  void aDatasetThatIsNotHereIsSaid() {
    SamplePictures pictures = SamplePictures.of("idx:/nowhere", 1, List.of(1L));

    assertThat(pictures.samples().size()).isZero();
    assertThat(pictures.problem())
        .startsWith("The dataset could not be opened here: ")
        .contains("/nowhere");
  }

  @Test
  void aSampleThatIsNotThereIsSaidAndTheOthersAreShown() {
    SamplePictures pictures = SamplePictures.of("glyphs:50", 1, List.of(-1L, 2L));

    assertThat(pictures.samples().keySet()).containsExactly("2");
    assertThat(pictures.problem()).contains("has no sample -1");
  }

  private static JsonObject sample(SamplePictures pictures, long id) {
    return pictures.samples().getAsJsonObject(Long.toString(id));
  }

  private static BufferedImage image(SamplePictures pictures, long id) throws IOException {
    String address = sample(pictures, id).get("image").getAsString();
    assertThat(address).startsWith("data:image/png;base64,");
    return ImageIO.read(
        new ByteArrayInputStream(
            Base64.getDecoder().decode(address.substring(address.indexOf(',') + 1))));
  }
}
