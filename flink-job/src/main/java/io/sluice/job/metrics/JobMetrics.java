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
   * one, and so does a record of any other kind. On both ingests, the difficulty tracker and the
   * model averager.
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

  /** What waits for ranks longer than stall-warning. */
  public static final class Stalling {

    private final MetricGroup operator;
    private final String name;
    private final Map<Integer, Long> countByRank = new ConcurrentHashMap<>();
    private volatile long stalled;

    private Stalling(MetricGroup operator, String name) {
      this.operator = operator;
      this.name = name;
      gauge(operator, name, () -> stalled);
    }

    /**
     * On the difficulty tracker. {@code stalledShards}: shards whose epoch waits; {@code
     * rank.<r>.stalledShards}: those of them that wait for rank r, from the first time that one
     * does.
     */
    public static Stalling ofShards(MetricGroup operator) {
      return new Stalling(operator, "stalledShards");
    }

    /**
     * On the model averager. {@code stalledSyncs}: partitions in which a sync waits; {@code
     * rank.<r>.stalledSyncs}: those of them that wait for rank r, from the first time that one
     * does.
     */
    public static Stalling ofSyncs(MetricGroup operator) {
      return new Stalling(operator, "stalledSyncs");
    }

    /**
     * Sets them.
     *
     * @param missing for each that is stalled, the ranks it waits for
     */
    public void stalled(Collection<List<Integer>> missing) {
      Map<Integer, Long> counts = new HashMap<>();
      missing.forEach(ranks -> ranks.forEach(rank -> counts.merge(rank, 1L, Long::sum)));
      stalled = missing.size();
      countByRank.replaceAll((rank, count) -> counts.getOrDefault(rank, 0L));
      counts.forEach(
          (rank, count) -> {
            if (countByRank.put(rank, count) == null) {
              MetricGroup group = operator.addGroup("rank", Integer.toString(rank));
              gauge(group, name, () -> countByRank.get(rank));
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
    private long quarantinedOfEpoch;
    private volatile long quarantined;
    private volatile long turnaroundMillis = -1;

    public Selecting(MetricGroup operator) {
      selectedTotal = operator.counter("samplesSelectedTotal");
      savedTotal = operator.counter("samplesSavedTotal");
      gauge(operator, "samplesSelected", () -> selected);
      gauge(operator, "samplesQuarantined", () -> quarantined);
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
        quarantinedOfEpoch = 0;
      }
      selectedOfEpoch += selectedOfChunk;
      selected = selectedOfEpoch;
      selectedTotal.inc(selectedOfChunk);
      savedTotal.inc(knownOfChunk - selectedOfChunk);
    }

    /** {@code samplesQuarantined}: in quarantine as of the newest selection. Call it after that. */
    public void quarantined(long quarantinedOfChunk) {
      quarantinedOfEpoch += quarantinedOfChunk;
      quarantined = quarantinedOfEpoch;
    }

    /** {@code turnaroundMillis}: from the epoch's last EpochEnd to the newest chunk of it. */
    public void turnaround(long millis) {
      turnaroundMillis = millis;
    }
  }

  /** On the model averager; each subtask speaks for its own partitions. */
  public static final class Averaging {

    private final Counter updatesReceived;
    private final Counter updatesReplaced;
    private final Counter averagesPublished;
    private volatile long updatesHeld;
    private volatile long bytesHeld;
    private volatile double averageMillis = Double.NaN;

    public Averaging(MetricGroup operator) {
      updatesReceived = operator.counter("updatesReceived");
      updatesReplaced = operator.counter("updatesReplaced");
      averagesPublished = operator.counter("averagesPublished");
      gauge(operator, "updatesHeld", () -> updatesHeld);
      gauge(operator, "bytesHeld", () -> bytesHeld);
      gauge(operator, "averageMillis", () -> averageMillis);
    }

    /** {@code updatesReceived}: updates since the start, refused ones included. */
    public void updateReceived() {
      updatesReceived.inc();
    }

    /** {@code updatesReplaced}: those that waited until a newer one of their rank came. */
    public void updateReplaced() {
      updatesReplaced.inc();
    }

    /**
     * {@code averagesPublished}: means of a chunk, since the start; {@code averageMillis}: from the
     * Kafka timestamp of the newest mean's first update to the mean.
     */
    public void averagePublished(long millis) {
      averagesPublished.inc();
      averageMillis = millis;
    }

    /**
     * {@code updatesHeld}: updates that wait for those of other ranks; {@code bytesHeld}: their
     * values.
     */
    public void held(long updates, long bytes) {
      updatesHeld = updates;
      bytesHeld = bytes;
    }
  }

  private static <T> void gauge(MetricGroup group, String name, Gauge<T> gauge) {
    group.gauge(name, gauge);
  }
}
