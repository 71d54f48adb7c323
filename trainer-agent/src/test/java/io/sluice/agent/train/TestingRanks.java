package io.sluice.agent.train;

import io.sluice.agent.data.SampleSource;
import io.sluice.agent.data.SampleSources;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntUnaryOperator;
import java.util.stream.LongStream;

/** Two ranks of one run, which train in this process over a {@link TestingAverager}. */
final class TestingRanks implements AutoCloseable {

  /** Samples of each rank in an epoch: five batches of 32. */
  static final int SAMPLES = 150;

  final SampleSource source = SampleSources.open("glyphs:4000", 5);
  final TestingAverager averager = new TestingAverager();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Path folder;

  int epochs = 2;
  int samples = SAMPLES;
  int syncEvery;
  BadModel badModel = BadModel.STOP;

  /** By epoch, number of ranks. */
  IntUnaryOperator worldSizes = epoch -> 2;

  /** By rank, the weight of the first sample of epoch 0. */
  float[] firstWeights = {1, 1};

  /**
   * @param folder for their checkpoints
   */
  TestingRanks(Path folder) {
    this.folder = folder;
  }

  TrainerSettings settings(int rank, Optional<Path> checkpoints) {
    return TestingSettings.averaged("cnn", epochs, rank, 32, syncEvery, badModel, checkpoints);
  }

  /** Of samples that no other rank has. */
  TestingSelectionFeed feed(int rank) {
    return feedFrom(0, rank);
  }

  /** Of a rank that has no part before an epoch. */
  TestingSelectionFeed feedFrom(int firstEpoch, int rank) {
    int count = samples;
    TestingSelectionFeed feed =
        new TestingSelectionFeed(epoch -> ids(rank, epoch, count), epoch -> weights(rank, epoch)) {
          @Override
          public Optional<EpochSamples> await(int wanted) throws InterruptedException {
            return super.await(Math.max(firstEpoch, wanted));
          }
        };
    feed.worldSizes = worldSizes;
    return feed;
  }

  private static long[] ids(int rank, int epoch, int count) {
    return count == 0
        ? new long[0]
        : LongStream.of(TestingSelectionFeed.shuffled(count, epoch))
            .map(id -> 2 * id + rank)
            .toArray();
  }

  private float[] weights(int rank, int epoch) {
    if (epoch > 0 || firstWeights[rank] == 1) {
      return null;
    }
    float[] weights = new float[samples];
    Arrays.fill(weights, 1);
    weights[0] = firstWeights[rank];
    return weights;
  }

  Future<List<EpochResult>> start(int rank) {
    return start(() -> train(rank));
  }

  Future<List<EpochResult>> start(Callable<List<EpochResult>> agent) {
    return threads.submit(agent);
  }

  List<EpochResult> train(int rank) throws InterruptedException {
    return train(rank, feed(rank), TrainingLoopTest.SILENT);
  }

  List<EpochResult> train(int rank, SelectionFeed feed, TrainingListener listener)
      throws InterruptedException {
    return train(settings(rank, Optional.of(folder)), feed, listener);
  }

  List<EpochResult> train(TrainerSettings settings, SelectionFeed feed, TrainingListener listener)
      throws InterruptedException {
    List<EpochResult> results = new ArrayList<>();
    try (var loop = new TrainingLoop(settings, source)) {
      loop.averageOver(averager.exchange(settings.rank()), listener);
      loop.run(feed, listener.and(TrainingLoopTest.collect(results)));
    }
    return results;
  }

  /** Trains both to their end; results by rank. */
  List<List<EpochResult>> trainBoth() throws Exception {
    Future<List<EpochResult>> other = start(1);
    List<EpochResult> own = train(0);
    return List.of(own, other.get());
  }

  /** Trains one by itself. */
  void trainAlone(int rank, Path checkpoints) throws InterruptedException {
    try (var loop = new TrainingLoop(settings(rank, Optional.of(checkpoints)), source)) {
      loop.run(feed(rank), TrainingLoopTest.SILENT);
    }
  }

  /** All parameters of a rank's newest checkpoint. */
  float[] parameters(int rank) {
    return parameters(rank, folder);
  }

  float[] parameters(int rank, Path checkpoints) {
    TrainerSettings settings = settings(rank, Optional.of(checkpoints));
    try (Network network = new Network(settings, source.shape(), source.classes())) {
      new CheckpointStore(checkpoints, settings).restore(network);
      return network.values();
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
