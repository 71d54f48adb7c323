package io.sluice.local.report;

import com.google.gson.JsonObject;
import io.sluice.agent.data.SampleShape;
import io.sluice.agent.data.SampleSource;
import io.sluice.agent.data.SampleSources;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.Collection;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * What samples look like, as far as their dataset can be opened here.
 *
 * @param samples by id: {@code label}, and {@code image} as the address of a PNG that it contains
 * @param problem why there are none, or not all; empty where there are
 */
record SamplePictures(JsonObject samples, String problem) {

  /** Samples as wide or high are made smaller, so that the page stays one. */
  private static final int MAX_SIDE = 96;

  /**
   * Opens the dataset, which downloads it where that is its way, and reads the samples.
   *
   * @param spec as of {@link SampleSources#open}
   */
  static SamplePictures of(String spec, long seed, Collection<Long> ids) {
    JsonObject samples = new JsonObject();
    String problem = "";
    try (SampleSource source = SampleSources.open(spec, seed)) {
      for (long id : ids) {
        try {
          samples.add(Long.toString(id), sample(source, id));
        } catch (RuntimeException e) {
          problem = "Not all samples could be read here: " + e.getMessage();
        }
      }
    } catch (RuntimeException e) {
      problem = "The dataset could not be opened here: " + e.getMessage();
    }
    return new SamplePictures(samples, problem);
  }

  private static JsonObject sample(SampleSource source, long id) {
    float[] values = new float[source.shape().size()];
    JsonObject sample = new JsonObject();
    sample.addProperty("label", source.train().read(id, values, 0));
    sample.addProperty(
        "image",
        "data:image/png;base64," + Base64.getEncoder().encodeToString(png(image(source, values))));
    return sample;
  }

  /** Grey where there is one channel; else the first three are red, green and blue. */
  private static BufferedImage image(SampleSource source, float[] values) {
    SampleShape shape = source.shape();
    int side = Math.max(shape.width(), shape.height());
    int width = side <= MAX_SIDE ? shape.width() : Math.max(1, shape.width() * MAX_SIDE / side);
    int height = side <= MAX_SIDE ? shape.height() : Math.max(1, shape.height() * MAX_SIDE / side);
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int rgb = 0;
        for (int colour = 0; colour < 3; colour++) {
          int channel = shape.channels() < 3 ? 0 : colour;
          float mean =
              mean(
                  shape,
                  values,
                  channel,
                  x * shape.width() / width,
                  (x + 1) * shape.width() / width,
                  y * shape.height() / height,
                  (y + 1) * shape.height() / height);
          rgb = rgb << 8 | source.range(channel).brightness(mean);
        }
        image.setRGB(x, y, rgb);
      }
    }
    return image;
  }

  /** Of the values that a pixel stands for. */
  private static float mean(
      SampleShape shape, float[] values, int channel, int left, int right, int top, int bottom) {
    float sum = 0;
    for (int row = top; row < bottom; row++) {
      for (int column = left; column < right; column++) {
        sum += values[(channel * shape.height() + row) * shape.width() + column];
      }
    }
    return sum / ((right - left) * (bottom - top));
  }

  /**
   * In memory: a stream with a file as its cache would leave that behind, and cannot be had any
   * more once the process is stopping, which is when an interrupted demo writes its report.
   */
  private static byte[] png(BufferedImage image) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      writer.setOutput(out);
      writer.write(image);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }
}
