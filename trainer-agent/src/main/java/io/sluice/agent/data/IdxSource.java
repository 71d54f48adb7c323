package io.sluice.agent.data;

import io.sluice.protocol.UserError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The four files of an MNIST-style data set: {@code train-images-idx3-ubyte} and so on. */
final class IdxSource {
  private IdxSource() {}

  static SampleSource open(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new UserError(
          "The dataset folder "
              + folder
              + " does not exist: idx:DIR needs a folder with train-images-idx3-ubyte,"
              + " train-labels-idx1-ubyte, t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte,"
              + " each with or without .gz.");
    }
    IdxFile trainImages = IdxFile.read(find(folder, "train-images", 3), 3);
    IdxFile trainLabels = IdxFile.read(find(folder, "train-labels", 1), 1);
    IdxFile testImages = IdxFile.read(find(folder, "t10k-images", 3), 3);
    IdxFile testLabels = IdxFile.read(find(folder, "t10k-labels", 1), 1);
    checkCounts(trainImages, trainLabels);
    checkCounts(testImages, testLabels);
    SampleShape shape = shape(trainImages);
    if (!shape(testImages).equals(shape)) {
      throw new UserError(
          String.format(
              "%s has images of %d×%d, but %s has %d×%d: both must be of one size.",
              testImages.path(),
              testImages.size(1),
              testImages.size(2),
              trainImages.path(),
              shape.height(),
              shape.width()));
    }
    return ByteSource.of(
        "idx:" + folder,
        shape,
        trainImages.content(),
        trainLabels.content(),
        testImages.content(),
        testLabels.content());
  }

  private static SampleShape shape(IdxFile images) {
    return new SampleShape(1, images.size(1), images.size(2));
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

  private static void checkCounts(IdxFile images, IdxFile labels) {
    if (images.size(0) != labels.size(0)) {
      throw new UserError(
          String.format(
              "%s has %d images, but %s has %d labels: each image needs one label.",
              images.path(), images.size(0), labels.path(), labels.size(0)));
    }
  }
}
