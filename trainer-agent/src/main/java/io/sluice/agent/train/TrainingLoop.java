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
 * accuracy on the test split and save a checkpoint. Interrupted amid an epoch, it stops after a
 * batch and saves a checkpoint of what is trained. With a {@link ModelExchange} its parameters are
 * averaged with those of the other ranks.
 */
public final class TrainingLoop implements AutoCloseable {
  private final TrainerSettings settings;
  private final SampleSource source;
  private final LearningRate learningRate;
  private final Network network;
  private final BatchReader reader;
  private final Optional<CheckpointStore> checkpoints;
  private final Synchronisation syncs;
  private final LongSupplier nanoTime;
  private Progress progress;

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
      CheckpointStore.Position position =
          checkpoints.map(store -> store.restore(network)).orElse(CheckpointStore.Position.START);
      progress = position.progress();
      syncs = new Synchronisation(settings, network, checkpoints, position.sync(), nanoTime);
      int threads = Math.max(1, Math.min(8, Runtime.getRuntime().availableProcessors() / 2));
      reader = new BatchReader(source.shape(), settings.batchSize(), threads);
    } catch (RuntimeException e) {
      network.close();
      throw e;
    }
  }

  /**
   * Averages the parameters with those of the other ranks from now on. Begins with the newest mean,
   * unless the checkpoint is as new; so {@link #nextEpoch} may be a later one afterwards.
   *
   * @throws UserError if the mean is not of this model, or says that training has diverged
   */
  public void averageOver(ModelExchange exchange, TrainingListener listener)
      throws InterruptedException {
    progress = syncs.over(exchange, progress, listener);
  }

  /** Number of values of all the model's parameters. */
  public long modelSize() {
    return network.size();
  }

  /** Differs between models or settings whose parameters cannot be averaged. */
  public long modelFingerprint() {
    return network.fingerprint();
  }

  /** The epoch that {@link #run} begins with: 0, or the one that the checkpoint goes on with. */
  public int nextEpoch() {
    return progress.epoch();
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
   * @throws InterruptedException when the thread was interrupted; a checkpoint is saved then
   */
  public void run(SelectionFeed feed, TrainingListener listener) throws InterruptedException {
    while (settings.epochs().include(progress.epoch())) {
      Optional<EpochSamples> next = await(feed);
      if (next.isEmpty()) {
        return;
      }
      EpochSamples samples = next.get();
      progress = progressIn(samples, syncs.begin(samples, progress, listener));
      try {
        trainEpoch(samples, feed, listener);
      } catch (InterruptedException e) {
        stop(listener);
        throw e;
      }
    }
  }

  private static Progress progressIn(EpochSamples samples, Progress progress) {
    int count = samples.ids().length;
    if (samples.epoch() != progress.epoch() || progress.trained() == 0) {
      return Progress.in(samples.epoch(), count);
    }
    if (count != progress.samples()) {
      throw new UserError(
          String.format(
              "The checkpoint is of an epoch %d with %d samples on this rank, and its selection has"
                  + " %d now. Delete the newest checkpoint to go on from the one before.",
              progress.epoch(), progress.samples(), count));
    }
    return progress;
  }

  private void trainEpoch(EpochSamples samples, SelectionFeed feed, TrainingListener listener)
      throws InterruptedException {
    Duration gpuIdle = Duration.ofNanos(idleNanos);
    idleNanos = 0;
    int epoch = samples.epoch();
    listener.epochStarted(samples);
    int resumed = progress.trained();
    if (resumed > 0) {
      listener.epochResumed(epoch, resumed);
      reportAgain(samples, feed);
    }
    long start = trainingClock();
    train(samples, feed, listener);
    Duration trainTime = Duration.ofNanos(trainingClock() - start);
    end(epoch, feed);
    syncs.end(progress, listener);
    long averaged = nanoTime.getAsLong();
    double accuracy = evaluate();
    Duration testTime = Duration.ofNanos(nanoTime.getAsLong() - averaged);
    Progress done = progress;
    if (checkpoints.isPresent()) {
      save(checkpoints.get(), feed, listener);
    }
    progress = Progress.before(epoch + 1);
    listener.epochDone(
        new EpochResult(
            epoch,
            done.trained(),
            resumed,
            samples.selected(),
            samples.known(),
            done.meanLoss(),
            accuracy,
            trainTime,
            testTime,
            samples.turnaround(),
            gpuIdle,
            syncs.averages()));
  }

  /** Stands still while the parameters are averaged; in nanoseconds. */
  private long trainingClock() {
    return nanoTime.getAsLong() - syncs.nanos();
  }

  private void end(int epoch, SelectionFeed feed) throws InterruptedException {
    long start = nanoTime.getAsLong();
    feed.endEpoch(epoch);
    idleNanos += nanoTime.getAsLong() - start;
  }

  private void stop(TrainingListener listener) throws InterruptedException {
    if (checkpoints.isPresent()) {
      checkpoints.get().save(progress, syncs.last(), network);
    }
    listener.epochInterrupted(
        progress.epoch(), progress.trained(), progress.samples(), checkpoints.isPresent());
  }

  private Optional<EpochSamples> await(SelectionFeed feed) throws InterruptedException {
    long start = nanoTime.getAsLong();
    Optional<EpochSamples> samples = feed.await(progress.epoch());
    idleNanos += nanoTime.getAsLong() - start;
    return samples;
  }

  private void save(CheckpointStore store, SelectionFeed feed, TrainingListener listener)
      throws InterruptedException {
    long start = nanoTime.getAsLong();
    feed.awaitDelivery();
    long delivered = nanoTime.getAsLong();
    idleNanos += delivered - start;
    long bytes = store.save(Progress.before(progress.epoch() + 1), syncs.last(), network);
    listener.checkpointSaved(bytes, Duration.ofNanos(nanoTime.getAsLong() - delivered));
  }

  /**
   * In the batches that they were trained in, for the feed closes the epoch between two of them.
   */
  private void reportAgain(EpochSamples samples, SelectionFeed feed) throws InterruptedException {
    for (int from = 0; from < progress.trained(); from += settings.batchSize()) {
      int to = Math.min(from + settings.batchSize(), progress.trained());
      feed.reportAgain(
          Arrays.copyOfRange(samples.ids(), from, to), progress.losses(from, to), to - from);
    }
  }

  private void train(EpochSamples samples, SelectionFeed feed, TrainingListener listener)
      throws InterruptedException {
    int before = progress.trained();
    int total = progress.samples();
    int epoch = progress.epoch();
    long start = trainingClock();
    reader.start(source.train(), samples.ids(), before);
    for (Batch batch = next(); batch != null; batch = next()) {
      syncs.amid(progress, listener);
      int done = progress.trained();
      int count = batch.count();
      float[] losses = network.gradients(batch, slice(samples.weights(), done, count));
      feed.report(batch.ids(), losses, count);
      if (!Tensors.areFinite(losses)) {
        syncs.diverged(diverged(done, total));
        network.drop();
        reader.skipRest();
        return;
      }
      double epochPart = (done + count / 2.0) / total;
      network.step((float) learningRate.at(epoch + epochPart));
      progress.add(losses, count);
      double seconds = (trainingClock() - start) / 1e9;
      listener.batchDone(
          epoch,
          progress.trained(),
          total,
          progress.meanLoss(),
          (progress.trained() - before) / seconds);
    }
  }

  private Batch next() throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    return reader.next();
  }

  private static float[] slice(float[] weights, int from, int count) {
    return weights == null ? null : Arrays.copyOfRange(weights, from, from + count);
  }

  private UserError diverged(long done, long total) {
    return new UserError(
        String.format(
            "Training diverged in epoch %d after %d of %d samples: the loss is not a finite number."
                + " Lower the learning rate (now %s) and start again%s.",
            progress.epoch(),
            done,
            total,
            settings.learningRate(),
            checkpoints.isPresent() ? "; it goes on from the last checkpoint" : ""));
  }

  private double evaluate() throws InterruptedException {
    SampleSplit test = source.test();
    long correct = 0;
    reader.start(test, LongStream.range(0, test.count()).toArray(), 0);
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
