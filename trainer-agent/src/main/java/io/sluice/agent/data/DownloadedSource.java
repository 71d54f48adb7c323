package io.sluice.agent.data;

import ai.djl.basicdataset.cv.classification.Cifar10;
import ai.djl.basicdataset.cv.classification.FashionMnist;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.repository.Repository;
import ai.djl.training.dataset.ArrayDataset;
import ai.djl.training.dataset.Batch;
import ai.djl.training.dataset.Dataset;
import ai.djl.translate.TranslateException;
import io.sluice.protocol.UserError;
import java.io.IOException;
import java.util.function.Function;

/** Data sets that DJL downloads, copied into memory as bytes. */
final class DownloadedSource {
  private static final int CHUNK = 1_000;

  private static final String IF_MISSING =
      "a downloaded dataset does not grow, so no more may be declared; begin another run";

  private DownloadedSource() {}

  static SampleSource fashionMnist(Repository repository) {
    return load(
        "fashion-mnist",
        new SampleShape(1, FashionMnist.IMAGE_HEIGHT, FashionMnist.IMAGE_WIDTH),
        usage ->
            FashionMnist.builder()
                .optUsage(usage)
                .optRepository(repository)
                .setSampling(1, false)
                .build());
  }

  static SampleSource cifar10(Repository repository) {
    return load(
        "cifar10",
        new SampleShape(3, Cifar10.IMAGE_HEIGHT, Cifar10.IMAGE_WIDTH),
        usage ->
            Cifar10.builder()
                .optUsage(usage)
                .optRepository(repository)
                .setSampling(1, false)
                .build());
  }

  private static SampleSource load(
      String name, SampleShape shape, Function<Dataset.Usage, ArrayDataset> open) {
    try {
      Bytes train = Bytes.of(open.apply(Dataset.Usage.TRAIN), shape);
      Bytes test = Bytes.of(open.apply(Dataset.Usage.TEST), shape);
      return ByteSource.of(
          name, IF_MISSING, shape, train.values, train.labels, test.values, test.labels);
    } catch (IOException | TranslateException e) {
      throw new UserError(
          "Could not download the dataset "
              + name
              + " ("
              + e
              + "): check the network; or, if it was downloaded before, start Java with"
              + " -Dai.djl.offline=true; or fetch it yourself and use idx:DIR or images:DIR.",
          e);
    }
  }

  /** A split as bytes. DJL holds it as floats with the channels last. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Bytes(byte[] values, byte[] labels) {

    static Bytes of(ArrayDataset dataset, SampleShape shape)
        throws IOException, TranslateException {
      dataset.prepare();
      int count = Math.toIntExact(dataset.size());
      Bytes bytes = new Bytes(new byte[count * shape.size()], new byte[count]);
      try (NDManager manager = Engine.getInstance().newBaseManager()) {
        for (int from = 0; from < count; from += CHUNK) {
          int to = Math.min(count, from + CHUNK);
          try (Batch batch = dataset.getByRange(manager.newSubManager(), from, to)) {
            bytes.copy(
                from,
                shape,
                batch.getData().head().toFloatArray(),
                batch.getLabels().head().toFloatArray());
          }
        }
      }
      return bytes;
    }

    private void copy(int from, SampleShape shape, float[] pixels, float[] classes) {
      int area = shape.height() * shape.width();
      for (int sample = 0; sample < classes.length; sample++) {
        labels[from + sample] = (byte) classes[sample];
        for (int i = 0; i < shape.size(); i++) {
          int channel = i / area;
          int position = i % area;
          values[(from + sample) * shape.size() + i] =
              (byte) pixels[sample * shape.size() + position * shape.channels() + channel];
        }
      }
    }
  }
}
