package io.sluice.agent.data;

import io.sluice.protocol.UserError;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;

/**
 * Image files, decoded when read and stretched to size × size, in red, green and blue.
 *
 * @param folder of the data set, for messages
 * @param ifMissing what a person can do about an image that is not there
 */
record ImageSplit(Path folder, String ifMissing, List<ImageFile> files, int size)
    implements SampleSplit {

  /** Means and deviations of ImageNet's colours, as is usual for photographs. */
  private static final Normalisation NORMALISATION =
      new Normalisation(new float[] {.485f, .456f, .406f}, new float[] {.229f, .224f, .225f});

  static ValueRange range(int channel) {
    return NORMALISATION.range(channel);
  }

  /**
   * The same images and those that came after them.
   *
   * @throws UserError if it does not begin with these images
   */
  ImageSplit grown(List<ImageFile> more) {
    for (int id = 0; id < files.size(); id++) {
      if (id == more.size() || !more.get(id).equals(files.get(id))) {
        throw new UserError(
            String.format(
                "images:%s no longer has %s as image %d, as it had before: files must stay where they"
                    + " are, and none may be added among them. Put it right and start this agent"
                    + " again.",
                folder, files.get(id).path(), id));
      }
    }
    return new ImageSplit(folder, ifMissing, more, size);
  }

  @Override
  public long count() {
    return files.size();
  }

  @Override
  public int read(long id, float[] into, int offset) {
    ImageFile file = file(id);
    BufferedImage image = decode(file);
    int width = image.getWidth();
    int height = image.getHeight();
    int[] colours = image.getRGB(0, 0, width, height, null, 0, width);
    for (int y = 0; y < size; y++) {
      for (int x = 0; x < size; x++) {
        average(colours, width, height, x, y, into, offset + y * size + x);
      }
    }
    return file.label();
  }

  @Override
  public int label(long id) {
    return file(id).label();
  }

  private ImageFile file(long id) {
    if (id < 0 || id >= files.size()) {
      throw new UserError(
          String.format(
              "images:%s has no image %d, only %d images from 0 to %d: %s.",
              folder, id, files.size(), files.size() - 1, ifMissing));
    }
    return files.get((int) id);
  }

  private static BufferedImage decode(ImageFile file) {
    try {
      BufferedImage image = ImageIO.read(file.path().toFile());
      if (image == null) {
        throw new UserError(
            "The file "
                + file.path()
                + " is not an image that Java can read: use PNG, JPEG, GIF, BMP or TIFF, or remove"
                + " it.");
      }
      return image;
    } catch (IOException e) {
      throw new UserError(
          "Could not decode the image " + file.path() + ": " + e.getMessage() + ".", e);
    }
  }

  /** One output pixel is the mean of the source pixels it covers, at least one. */
  private void average(
      int[] colours, int width, int height, int x, int y, float[] into, int position) {
    int left = x * width / size;
    int right = Math.max(left + 1, (x + 1) * width / size);
    int top = y * height / size;
    int bottom = Math.max(top + 1, (y + 1) * height / size);
    int count = (right - left) * (bottom - top);
    for (int channel = 0; channel < 3; channel++) {
      int shift = 16 - 8 * channel;
      long sum = count / 2;
      for (int row = top; row < bottom; row++) {
        for (int column = left; column < right; column++) {
          sum += colours[row * width + column] >> shift & 0xFF;
        }
      }
      into[position + channel * size * size] = NORMALISATION.apply(channel, (byte) (sum / count));
    }
  }
}
