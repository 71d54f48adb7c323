package io.sluice.agent.data;

import io.sluice.protocol.UserError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/**
 * Image files in one folder per class. Classes and files are numbered in the order of their names.
 * Files are decoded when they are read.
 *
 * <p>A new file among old ones would move those behind it. So a data set grows by whole folders:
 * DIR/train-1, DIR/train-2 and so on count after DIR/train and after one another.
 */
record ImageFolderSource(SampleShape shape, int classes, SampleSplit train, SampleSplit test)
    implements SampleSource {
  private static final int TEST_PART = 10;

  @Override
  public ValueRange range(int channel) {
    return ImageSplit.range(channel);
  }

  static SampleSource open(Path folder, int size) {
    Path train = folder.resolve("train");
    Path test = folder.resolve("test");
    if (Files.isDirectory(train) && Files.isDirectory(test)) {
      List<String> classes = classes(train);
      String ifMissing =
          String.format(
              "put new images into folders per class in %s-1, %s-2 and so on, on every agent's"
                  + " machine, before 'sluice dataset add' declares them; then start this agent"
                  + " again",
              train, train);
      ImageSplit first = new ImageSplit(folder, ifMissing, listParts(train, classes), size);
      return new ImageFolderSource(
          new SampleShape(3, size, size),
          classes.size(),
          new GrowingSplit<>(first, before -> before.grown(listParts(train, classes))),
          new ImageSplit(folder, ifMissing, listKnown(test, train, classes), size));
    }
    List<String> classes = classes(folder);
    String ifMissing =
        "a folder without DIR/train and DIR/test does not grow, so no more may be declared; begin"
            + " another run";
    return new ImageFolderSource(
        new SampleShape(3, size, size),
        classes.size(),
        new ImageSplit(folder, ifMissing, list(folder, classes, file -> !isTest(file)), size),
        new ImageSplit(folder, ifMissing, list(folder, classes, ImageFolderSource::isTest), size));
  }

  /** The images of a folder, then those of the folders that were added to it. */
  private static List<ImageFile> listParts(Path train, List<String> classes) {
    List<ImageFile> files = new ArrayList<>(list(train, classes, file -> true));
    for (int number = 1; ; number++) {
      Path part = train.resolveSibling(train.getFileName() + "-" + number);
      if (!Files.isDirectory(part)) {
        return files;
      }
      files.addAll(listKnown(part, train, classes));
    }
  }

  /** The images of a folder that may only have classes which {@code train} has. */
  private static List<ImageFile> listKnown(Path folder, Path train, List<String> classes) {
    for (Path extra : folders(folder)) {
      if (!classes.contains(extra.getFileName().toString())) {
        throw new UserError("The folder " + extra + " is a class that " + train + " has not.");
      }
    }
    return list(folder, classes, file -> true);
  }

  /** A tenth, chosen by class and file name, so that new files do not move old ones. */
  private static boolean isTest(Path file) {
    CRC32 hash = new CRC32();
    String name = file.getParent().getFileName() + "/" + file.getFileName();
    hash.update(name.getBytes(StandardCharsets.UTF_8));
    return hash.getValue() % TEST_PART == 0;
  }

  private static List<String> classes(Path folder) {
    List<Path> folders = folders(folder);
    if (folders.size() < 2) {
      throw new UserError(
          "The dataset folder "
              + folder
              + " has "
              + folders.size()
              + " class folders: images:DIR needs two or more, each with the images of one class,"
              + " in DIR/train and DIR/test or in DIR itself.");
    }
    return folders.stream().map(path -> path.getFileName().toString()).toList();
  }

  private static List<Path> folders(Path folder) {
    return entries(folder).stream().filter(Files::isDirectory).toList();
  }

  private static List<ImageFile> list(Path folder, List<String> classes, Predicate<Path> wanted) {
    List<ImageFile> files = new ArrayList<>();
    for (int label = 0; label < classes.size(); label++) {
      Path classFolder = folder.resolve(classes.get(label));
      if (!Files.isDirectory(classFolder)) {
        continue; // a class may lack test images
      }
      List<Path> images = entries(classFolder).stream().filter(Files::isRegularFile).toList();
      if (images.isEmpty()) {
        throw new UserError("The class folder " + classFolder + " has no images.");
      }
      for (Path image : images) {
        if (wanted.test(image)) {
          files.add(new ImageFile(image, label));
        }
      }
    }
    if (files.isEmpty()) {
      throw new UserError(
          "The dataset folder "
              + folder
              + " has no images for one of the two splits: add images; without DIR/train and"
              + " DIR/test a tenth is set aside for testing.");
    }
    return files;
  }

  private static List<Path> entries(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new UserError("The dataset folder " + folder + " does not exist.");
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .filter(path -> !path.getFileName().toString().startsWith("."))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UserError("Could not list the folder " + folder + ": " + e.getMessage() + ".", e);
    }
  }
}
