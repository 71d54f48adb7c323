package io.sluice.job.metrics;

import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;

/**
 * Every metric of the job: its name, its unit, and who updates it. Flink adds the scope (job,
 * operator, subtask), so a name says only what it measures. Pairs in a name, such as {@code
 * rank.<r>}, are labels in Prometheus. Gauges are NaN or -1 until first set.
 */
public final class JobMetrics {

  private JobMetrics() {}

  /**
   * {@code reason.<reason>.rejected}: refused losses and records since the start; a loss counts as
   * one, and so does a record of any other kind. On the ingest and the difficulty tracker.
   *
   * @param <R> the reasons
   */
  public static final class Rejected<R extends Enum<R>> {

    private final Map<R, Counter> counters;

    public Rejected(MetricGroup operator, Class<R> reasons, Function<R, String> word) {
      counters = new EnumMap<>(reasons);
      for (R reason : reasons.getEnumConstants()) {
        MetricGroup group = operator.addGroup("reason", word.apply(reason));
        counters.put(reason, group.counter("rejected"));
      }
    }

    public void count(R reason, long count) {
      counters.get(reason).inc(count);
    }
  }

  /** On the difficulty tracker. */
  public static final class Tracking {

    private final Counter lossesAccepted;
    private final Counter lossesApplied;
    private volatile long openEpoch = -1;

    public Tracking(MetricGroup operator) {
      lossesAccepted = operator.counter("lossesAccepted");
      lossesApplied = operator.counter("lossesApplied");
      gauge(operator, "openEpoch", () -> openEpoch);
    }

    /** {@code lossesAccepted}: losses of the open epoch taken into the state since the start. */
    public void lossesAccepted(long count) {
      lossesAccepted.inc(count);
    }

    /**
     * {@code lossesApplied}: losses taken to their samples since the start; they follow in bulk.
     */
    public void lossesApplied(long count) {
      lossesApplied.inc(count);
    }

    /** {@code openEpoch}: the newest epoch that a shard of this subtask has open. */
    public void epochOpened(int epoch) {
      openEpoch = Math.max(openEpoch, epoch);
    }
  }

  /** On the difficulty tracker: epochs that wait for ranks longer than stall-warning. */
  public static final class Stalling {

    private final MetricGroup operator;
    private final Map<Integer, Long> shardsByRank = new ConcurrentHashMap<>();
    private volatile long stalledShards;

    public Stalling(MetricGroup operator) {
      this.operator = operator;
      gauge(operator, "stalledShards", () -> stalledShards);
    }

    /**
     * {@code stalledShards}: shards whose epoch waits; {@code rank.<r>.stalledShards}: those of
     * them that wait for rank r, from the first time that one does.
     *
     * @param missing for each stalled shard, the ranks it waits for
     */
    public void stalled(Collection<List<Integer>> missing) {
      Map<Integer, Long> counts = new HashMap<>();
      missing.forEach(ranks -> ranks.forEach(rank -> counts.merge(rank, 1L, Long::sum)));
      stalledShards = missing.size();
      shardsByRank.replaceAll((rank, count) -> counts.getOrDefault(rank, 0L));
      counts.forEach(
          (rank, count) -> {
            if (shardsByRank.put(rank, count) == null) {
              MetricGroup group = operator.addGroup("rank", Integer.toString(rank));
              gauge(group, "stalledShards", () -> shardsByRank.get(rank));
            }
          });
    }
  }

  /** On the recluster operator, which sees the whole run. */
  public static final class Planning {

    private volatile long epoch = -1;
    private volatile long known;
    private volatile long unseen;
    private volatile long windowStart;
    private volatile long windowSize;
    private volatile double clusteringMillis = Double.NaN;
    private final double[] centers;
    private final long[] sizes;
    private final Counter reportsIgnored;

    /**
     * @param clusters most clusters a plan can have
     */
    public Planning(MetricGroup operator, int clusters) {
      reportsIgnored = operator.counter("reportsIgnored");
      gauge(operator, "epoch", () -> epoch);
      gauge(operator, "samplesKnown", () -> known);
      gauge(operator, "samplesUnseen", () -> unseen);
      gauge(operator, "windowStart", () -> windowStart);
      gauge(operator, "windowSize", () -> windowSize);
      gauge(operator, "clusteringMillis", () -> clusteringMillis);
      centers = new double[clusters];
      sizes = new long[clusters];
      java.util.Arrays.fill(centers, Double.NaN);
      for (int i = 0; i < clusters; i++) {
        int cluster = i;
        MetricGroup group = operator.addGroup("cluster", Integer.toString(i));
        gauge(group, "center", () -> centers[cluster]);
        gauge(group, "size", () -> sizes[cluster]);
      }
    }

    /**
     * @param epoch {@code epoch}: number of the newest selection
     * @param known {@code samplesKnown}: samples that exist
     * @param unseen {@code samplesUnseen}: of these, without a loss yet
     * @param windowStart {@code windowStart}: first cluster of the window, from 0
     * @param windowSize {@code windowSize}: number of clusters in it
     * @param clusteringMillis {@code clusteringMillis}: time the plan took
     */
    public void planned(
        int epoch,
        long known,
        long unseen,
        int windowStart,
        int windowSize,
        double clusteringMillis) {
      this.epoch = epoch;
      this.known = known;
      this.unseen = unseen;
      this.windowStart = windowStart;
      this.windowSize = windowSize;
      this.clusteringMillis = clusteringMillis;
    }

    /** {@code reportsIgnored}: shard reports that came twice or too late. */
    public void reportIgnored() {
      reportsIgnored.inc();
    }

    /** {@code cluster.<i>.center} in the loss's unit and {@code cluster.<i>.size} in samples. */
    public void clusters(List<Double> newCenters, List<Long> newSizes) {
      for (int i = 0; i < centers.length; i++) {
        centers[i] = i < newCenters.size() ? newCenters.get(i) : Double.NaN;
        sizes[i] = i < newSizes.size() ? newSizes.get(i) : 0;
      }
    }
  }

  /** On the selector; each subtask speaks for its own shards. */
  public static final class Selecting {

    private final Counter selectedTotal;
    private final Counter savedTotal;
    private int epoch = -1;
    private long selectedOfEpoch;
    private volatile long selected;
    private volatile long turnaroundMillis = -1;

    public Selecting(MetricGroup operator) {
      selectedTotal = operator.counter("samplesSelectedTotal");
      savedTotal = operator.counter("samplesSavedTotal");
      gauge(operator, "samplesSelected", () -> selected);
      gauge(operator, "turnaroundMillis", () -> turnaroundMillis);
    }

    /**
     * {@code samplesSelected}: selected for the newest epoch; {@code samplesSelectedTotal}: for all
     * epochs; {@code samplesSavedTotal}: known but not selected, over all epochs.
     */
    public void selected(int epochOfChunk, long selectedOfChunk, long knownOfChunk) {
      if (epochOfChunk != epoch) {
        epoch = epochOfChunk;
        selectedOfEpoch = 0;
      }
      selectedOfEpoch += selectedOfChunk;
      selected = selectedOfEpoch;
      selectedTotal.inc(selectedOfChunk);
      savedTotal.inc(knownOfChunk - selectedOfChunk);
    }

    /** {@code turnaroundMillis}: from the epoch's last EpochEnd to the newest chunk of it. */
    public void turnaround(long millis) {
      turnaroundMillis = millis;
    }
  }

  private static <T> void gauge(MetricGroup group, String name, Gauge<T> gauge) {
    group.gauge(name, gauge);
  }
}
