package io.sluice.agent.data;

import io.sluice.protocol.UserError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The two files of one split: images and their labels, as many of each. */
record IdxFiles(IdxFile images, IdxFile labels) {

  /**
   * Reads {@code NAME-images-idx3-ubyte} and {@code NAME-labels-idx1-ubyte}, or their variants.
   *
   * @throws UserError if one is missing or damaged, or they do not belong together
   */
  static IdxFiles read(Path folder, String name) {
    IdxFile images = IdxFile.read(find(folder, name + "-images", 3), 3);
    IdxFile labels = IdxFile.read(find(folder, name + "-labels", 1), 1);
    if (images.size(0) != labels.size(0)) {
      throw new UserError(
          String.format(
              "%s has %d images, but %s has %d labels: each image needs one label.",
              images.path(), images.size(0), labels.path(), labels.size(0)));
    }
    return new IdxFiles(images, labels);
  }

  SampleShape shape() {
    return new SampleShape(1, images.size(1), images.size(2));
  }

  /**
   * @throws UserError if the images are not of this size
   */
  void checkShape(SampleShape expected, String of) {
    if (!shape().equals(expected)) {
      throw new UserError(
          String.format(
              "%s has images of %d×%d, but %s has %d×%d: both must be of one size.",
              images.path(),
              images.size(1),
              images.size(2),
              of,
              expected.height(),
              expected.width()));
    }
  }

  private static Path find(Path folder, String name, int dimensions) {
    List<String> names =
        List.of(name + "-idx" + dimensions + "-ubyte", name + ".idx" + dimensions + "-ubyte");
    for (String candidate : names) {
      for (String suffix : List.of("", ".gz")) {
        Path file = folder.resolve(candidate + suffix);
        if (Files.isRegularFile(file)) {
          return file;
        }
      }
    }
    throw new UserError(
        "The dataset folder "
            + folder
            + " has no file "
            + names.get(0)
            + " or "
            + names.get(0)
            + ".gz.");
  }
}
