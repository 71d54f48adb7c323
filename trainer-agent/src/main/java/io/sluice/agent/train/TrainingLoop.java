package io.sluice.agent.train;

import io.sluice.agent.data.SampleSource;
import io.sluice.agent.data.SampleSplit;
import io.sluice.protocol.UserError;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.LongStream;

/**
 * Trains one model on one rank's part of every selection. Each epoch: await the selection, train
 * and report each sample's loss, end the epoch; then, while the next selection is made, measure the
 * accuracy on the test split and save a checkpoint.
 */
public final class TrainingLoop implements AutoCloseable {
  private final TrainerSettings settings;
  private final SampleSource source;
  private final LearningRate learningRate;
  private final Network network;
  private final BatchReader reader;
  private final Optional<CheckpointStore> checkpoints;
  private final LongSupplier nanoTime;
  private int nextEpoch;

  /** How long the feed has kept training waiting since the last epoch began, in nanoseconds. */
  private long idleNanos;

  /**
   * Loads the model, and the newest checkpoint if there is one.
   *
   * @throws UserError if the model, the device or the checkpoint does not fit the settings
   */
  public TrainingLoop(TrainerSettings settings, SampleSource source) {
    this(settings, source, System::nanoTime);
  }

  TrainingLoop(TrainerSettings settings, SampleSource source, LongSupplier nanoTime) {
    this.settings = settings;
    this.nanoTime = nanoTime;
    this.source = source;
    learningRate = new LearningRate(settings.learningRate(), settings.cycle());
    network = new Network(settings, source.shape(), source.classes());
    checkpoints = settings.checkpointDir().map(folder -> new CheckpointStore(folder, settings));
    try {
      nextEpoch = checkpoints.map(store -> store.restore(network)).orElse(0);
      int threads = Math.max(1, Math.min(8, Runtime.getRuntime().availableProcessors() / 2));
      reader = new BatchReader(source.shape(), settings.batchSize(), threads);
    } catch (RuntimeException e) {
      network.close();
      throw e;
    }
  }

  /** The epoch that {@link #run} begins with: 0, or the one after the checkpoint's. */
  public int nextEpoch() {
    return nextEpoch;
  }

  /** Where it trains, such as {@code cpu()} or {@code gpu(0)}. */
  public String device() {
    return network.device().toString();
  }

  /**
   * Trains to the last epoch, or to the last that this agent has a part in; in a run without a last
   * epoch, until its thread is interrupted.
   *
   * @throws UserError if training diverges, a sample cannot be read or a checkpoint not be written
   */
  public void run(SelectionFeed feed, TrainingListener listener) throws InterruptedException {
    for (; settings.epochs().include(nextEpoch); nextEpoch++) {
      Optional<EpochSamples> next = await(feed);
      if (next.isEmpty()) {
        return;
      }
      EpochSamples samples = next.get();
      nextEpoch = samples.epoch();
      Duration gpuIdle = Duration.ofNanos(idleNanos);
      idleNanos = 0;
      listener.epochStarted(samples);
      long start = nanoTime.getAsLong();
      double meanLoss = train(samples, feed, listener);
      long trained = nanoTime.getAsLong();
      feed.endEpoch(nextEpoch);
      long ended = nanoTime.getAsLong();
      idleNanos += ended - trained;
      double accuracy = evaluate();
      long tested = nanoTime.getAsLong();
      if (checkpoints.isPresent()) {
        save(checkpoints.get(), feed, listener);
      }
      listener.epochDone(
          new EpochResult(
              nextEpoch,
              samples.ids().length,
              samples.selected(),
              samples.known(),
              meanLoss,
              accuracy,
              Duration.ofNanos(trained - start),
              Duration.ofNanos(tested - ended),
              samples.turnaround(),
              gpuIdle));
    }
  }

  private Optional<EpochSamples> await(SelectionFeed feed) throws InterruptedException {
    long start = nanoTime.getAsLong();
    Optional<EpochSamples> samples = feed.await(nextEpoch);
    idleNanos += nanoTime.getAsLong() - start;
    return samples;
  }

  private void save(CheckpointStore store, SelectionFeed feed, TrainingListener listener)
      throws InterruptedException {
    long start = nanoTime.getAsLong();
    feed.awaitDelivery();
    long delivered = nanoTime.getAsLong();
    idleNanos += delivered - start;
    long bytes = store.save(nextEpoch + 1, network);
    listener.checkpointSaved(bytes, Duration.ofNanos(nanoTime.getAsLong() - delivered));
  }

  private double train(EpochSamples samples, SelectionFeed feed, TrainingListener listener)
      throws InterruptedException {
    long total = samples.ids().length;
    int done = 0;
    double lossSum = 0;
    long start = nanoTime.getAsLong();
    reader.start(source.train(), samples.ids());
    for (Batch batch = reader.next(); batch != null; batch = reader.next()) {
      int count = batch.count();
      float[] losses = network.gradients(batch, slice(samples.weights(), done, count));
      feed.report(batch.ids(), losses, count);
      double batchLoss = 0;
      for (float loss : losses) {
        batchLoss += loss;
      }
      if (!Double.isFinite(batchLoss)) {
        throw diverged(done, total);
      }
      double epochPart = (done + count / 2.0) / total;
      network.step((float) learningRate.at(nextEpoch + epochPart));
      done += count;
      lossSum += batchLoss;
      double seconds = (nanoTime.getAsLong() - start) / 1e9;
      listener.batchDone(nextEpoch, done, total, lossSum / done, done / seconds);
    }
    return lossSum / done;
  }

  private static float[] slice(float[] weights, int from, int count) {
    return weights == null ? null : Arrays.copyOfRange(weights, from, from + count);
  }

  private UserError diverged(long done, long total) {
    return new UserError(
        String.format(
            "Training diverged in epoch %d after %d of %d samples: the loss is not a finite number."
                + " Lower the learning rate (now %s) and start again%s.",
            nextEpoch,
            done,
            total,
            settings.learningRate(),
            checkpoints.isPresent() ? "; it goes on from the last checkpoint" : ""));
  }

  private double evaluate() throws InterruptedException {
    SampleSplit test = source.test();
    long correct = 0;
    reader.start(test, LongStream.range(0, test.count()).toArray());
    for (Batch batch = reader.next(); batch != null; batch = reader.next()) {
      correct += network.countCorrect(batch);
    }
    return (double) correct / test.count();
  }

  /** Frees the model; the source stays open. */
  @Override
  public void close() throws InterruptedException {
    try {
      reader.close();
    } finally {
      network.close();
    }
  }
}
