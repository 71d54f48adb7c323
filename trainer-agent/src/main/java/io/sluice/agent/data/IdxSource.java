package io.sluice.agent.data;

import io.sluice.protocol.UserError;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The four files of an MNIST-style data set: {@code train-images-idx3-ubyte} and so on. The
 * training files may be replaced by longer ones that begin alike; they stay normalised by what
 * there was at first. While they are read again, memory holds them twice.
 *
 * @param first what there was when the agent started
 */
record IdxSource(ByteSource first, SampleSplit train) implements SampleSource {

  private static final String TRAIN = "train";
  private static final String TEST = "t10k";

  static SampleSource open(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new UserError(
          "The dataset folder "
              + folder
              + " does not exist: idx:DIR needs a folder with train-images-idx3-ubyte,"
              + " train-labels-idx1-ubyte, t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte,"
              + " each with or without .gz.");
    }
    IdxFiles train = IdxFiles.read(folder, TRAIN);
    IdxFiles test = IdxFiles.read(folder, TEST);
    test.checkShape(train.shape(), train.images().path().toString());
    ByteSource first =
        ByteSource.of(
            "idx:" + folder,
            "append new samples to its two train files, on every agent's machine, before 'sluice"
                + " dataset add' declares them; then start this agent again",
            train.shape(),
            train.images().content(),
            train.labels().content(),
            test.images().content(),
            test.labels().content());
    return new IdxSource(
        first,
        new GrowingSplit<>(first.train(), before -> readAgain(folder, before, first.classes())));
  }

  @Override
  public SampleShape shape() {
    return first.shape();
  }

  @Override
  public int classes() {
    return first.classes();
  }

  @Override
  public ValueRange range(int channel) {
    return first.range(channel);
  }

  @Override
  public SampleSplit test() {
    return first.test();
  }

  private static ByteSplit readAgain(Path folder, ByteSplit before, int classes) {
    IdxFiles now = IdxFiles.read(folder, TRAIN);
    now.checkShape(before.shape(), "this run");
    return before.grown(now.images().content(), now.labels().content(), classes);
  }
}
