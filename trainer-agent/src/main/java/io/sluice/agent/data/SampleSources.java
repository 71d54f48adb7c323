package io.sluice.agent.data;

import ai.djl.basicdataset.BasicDatasets;
import io.sluice.protocol.UserError;
import java.nio.file.Path;

/** Opens a {@link SampleSource} by its spec string. */
public final class SampleSources {
  private static final int DEFAULT_IMAGE_SIZE = 64;
  private static final int MAX_IMAGE_SIZE = 1024;

  private SampleSources() {}

  /**
   * Opens one of
   *
   * <ul>
   *   <li>{@code glyphs[:COUNT]}: built-in procedural images, COUNT (20,000) of them known
   *   <li>{@code idx:DIR}: a folder with the four MNIST-style IDX files, gzipped or not; samples
   *       may be appended to the training files
   *   <li>{@code fashion-mnist}, {@code cifar10}: downloaded by DJL on first use
   *   <li>{@code images:DIR[?size=PIXELS]}: a folder per class in DIR/train and DIR/test, and in
   *       DIR/train-1, DIR/train-2 and so on, which may be added; or in DIR with a tenth taken for
   *       the test split; each image is stretched to PIXELS × PIXELS (64)
   * </ul>
   *
   * @param seed chooses the images of {@code glyphs}; the others do not depend on it
   * @throws UserError if there is no such kind, or its files are missing or unusable
   */
  public static SampleSource open(String spec, long seed) {
    int colon = spec.indexOf(':');
    String kind = colon < 0 ? spec : spec.substring(0, colon);
    String argument = colon < 0 ? "" : spec.substring(colon + 1);
    boolean folder = kind.equals("idx") || kind.equals("images");
    if (kind.equals("glyphs")) {
      return new GlyphSource(seed, colon < 0 ? GlyphSource.DEFAULT_COUNT : count(spec, argument));
    }
    if (folder && !argument.isEmpty()) {
      return kind.equals("idx") ? IdxSource.open(Path.of(argument)) : images(spec, argument);
    }
    if (spec.equals("fashion-mnist")) {
      return DownloadedSource.fashionMnist(BasicDatasets.REPOSITORY);
    }
    if (spec.equals("cifar10")) {
      return DownloadedSource.cifar10(BasicDatasets.REPOSITORY);
    }
    throw new UserError(
        "There is no dataset '"
            + spec
            + "': use glyphs[:COUNT], idx:DIR, fashion-mnist, cifar10 or images:DIR[?size=PIXELS].");
  }

  private static long count(String spec, String argument) {
    return number(spec, argument, Long.MAX_VALUE);
  }

  private static SampleSource images(String spec, String argument) {
    String option = "?size=";
    int mark = argument.lastIndexOf(option);
    if (mark < 0) {
      return ImageFolderSource.open(Path.of(argument), DEFAULT_IMAGE_SIZE);
    }
    long size = number(spec, argument.substring(mark + option.length()), MAX_IMAGE_SIZE);
    return ImageFolderSource.open(Path.of(argument.substring(0, mark)), (int) size);
  }

  private static long number(String spec, String text, long max) {
    try {
      long number = Long.parseLong(text);
      if (number >= 1 && number <= max) {
        return number;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw new UserError(
        "The dataset '" + spec + "' has '" + text + "' for a number: use 1 to " + max + ".");
  }
}
