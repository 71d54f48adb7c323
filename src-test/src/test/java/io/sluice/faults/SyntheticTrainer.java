package io.sluice.faults;

import io.sluice.agent.client.IdRange;
import io.sluice.agent.client.SelectionClient;
import io.sluice.agent.client.Slice;
import io.sluice.protocol.config.Options;
import io.sluice.protocol.config.RunConfig;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/**
 * One rank that trains nothing: a sample's loss depends on its id and the epoch alone, so that two
 * runs can be compared to the last byte.
 */
final class SyntheticTrainer implements AutoCloseable {

  static final int SAMPLES = 600;

  /** So many that a shard has losses of half an epoch in its pages, and not all in its backlog. */
  static final int MANY_SAMPLES = 60_000;

  /** Within this time after the last fault every epoch has to be closed. */
  static final Duration CLOSES_WITHIN = Duration.ofSeconds(60);

  private static final int BATCH = 16;

  private final SelectionClient client;
  private final int rank;
  private int epoch;
  private Slice slice;
  private long reported;

  /**
   * @param client has joined as this rank
   */
  SyntheticTrainer(SelectionClient client, int rank) {
    this.client = client;
    this.rank = rank;
  }

  /** Joins; rank 0 declares the samples. */
  static SyntheticTrainer join(RunConfig config, int rank, int firstEpoch)
      throws InterruptedException {
    return join(config, rank, firstEpoch, SAMPLES);
  }

  private static SyntheticTrainer join(RunConfig config, int rank, int firstEpoch, int samples)
      throws InterruptedException {
    SelectionClient client =
        SelectionClient.join(
            config.with(Map.of("rank", Integer.toString(rank)), "test"),
            firstEpoch,
            rank == 0 ? List.of(new IdRange(0, samples)) : List.of());
    return new SyntheticTrainer(client, rank);
  }

  /** As {@link #join}, with {@link #MANY_SAMPLES}. */
  static SyntheticTrainer joinWithMany(RunConfig config, int rank) throws InterruptedException {
    return join(config, rank, 0, MANY_SAMPLES);
  }

  /** Awaits the selection of an epoch. */
  void begin(int epoch) throws InterruptedException {
    this.epoch = epoch;
    try {
      slice = client.awaitSelection(epoch, CLOSES_WITHIN).slice(rank);
    } catch (TimeoutException e) {
      throw new AssertionError(e.getMessage(), e);
    }
  }

  /** Reports the losses of a part of the slice, from a fraction of it to another. */
  void report(double from, double to) {
    reportAs(from, to, Float.NaN);
  }

  /**
   * As {@link #report}, with one loss for all.
   *
   * @param every the loss; NaN for those that the samples have
   */
  void reportAs(double from, double to, float every) {
    int end = (int) (to * slice.size());
    for (int i = (int) (from * slice.size()); i < end; i += BATCH) {
      long[] ids = Arrays.copyOfRange(slice.ids(), i, Math.min(end, i + BATCH));
      float[] losses = new float[ids.length];
      for (int j = 0; j < ids.length; j++) {
        losses[j] = Float.isNaN(every) ? loss(epoch, ids[j]) : every;
      }
      client.report(epoch, ids, losses, ids.length);
      reported += ids.length;
    }
    if (end == 0 || from == to) {
      client.report(epoch, new long[0], new float[0], 0); // to hear whether the job still listens
    }
  }

  /** Reports losses of the next epoch, for the first samples of the slice. */
  void reportAhead(int count) {
    long[] ids = Arrays.copyOf(slice.ids(), count);
    float[] losses = new float[count];
    for (int i = 0; i < count; i++) {
      losses[i] = loss(epoch + 1, ids[i]);
    }
    client.report(epoch + 1, ids, losses, count);
    reported += count;
  }

  /** Waits until Kafka has acknowledged whatever was reported. */
  void awaitAcknowledged() throws InterruptedException {
    try {
      client.flush().get();
    } catch (ExecutionException e) {
      throw new AssertionError(e);
    }
  }

  /** Ends the epoch; returns when Kafka has acknowledged it. */
  void end() throws InterruptedException {
    client.endEpoch(epoch);
  }

  void train(int epoch) throws InterruptedException {
    begin(epoch);
    report(0, 1);
    end();
  }

  int epoch() {
    return epoch;
  }

  /** Number of losses reported so far. */
  long reported() {
    return reported;
  }

  /** Number of samples that this rank trains in the epoch. */
  int sliceSize() {
    return slice.size();
  }

  @Override
  public void close() {
    client.close();
  }

  /** 0 to 10, spread as a hash spreads. */
  static float loss(int epoch, long id) {
    long hash = (id + 1) * 0x9E3779B97F4A7C15L + (epoch + 1) * 0xC2B2AE3D27D4EB4FL;
    hash = (hash ^ (hash >>> 32)) * 0xD6E8FEB86659FD93L;
    return ((hash >>> 40) & 0xFFFF) / 6553.6f;
  }

  /**
   * A rank in a process of its own.
   *
   * @param args first and last epoch, then settings as key=value
   */
  public static void main(String[] args) throws InterruptedException {
    RunConfig config = RunConfig.defaults();
    for (String setting : Arrays.asList(args).subList(2, args.length)) {
      String[] parts = setting.split("=", 2);
      config = config.with(Map.of(parts[0], parts[1]), "arguments");
    }
    int first = Integer.parseInt(args[0]);
    int last = Integer.parseInt(args[1]);
    try (SyntheticTrainer trainer = join(config, config.get(Options.RANK), first)) {
      for (int epoch = first; epoch <= last; epoch++) {
        trainer.train(epoch);
      }
    }
  }
}
