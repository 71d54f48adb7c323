package io.sluice.local.report;

import io.sluice.protocol.wire.SelectionPlan;
import java.util.List;
import java.util.Locale;

/**
 * What a plan says of its epoch, as summaries and pages have it: JSON with the names here in snake
 * case. What an older job does not tell is null or empty.
 *
 * @param policy in lower case
 * @param signal what the difficulties are made of, raw or relative; null where it is not told
 * @param known samples there were
 * @param unseen those of them without a loss yet
 * @param windowStart first cluster of the window
 * @param windowSize clusters in the window
 * @param annealing whether the window is lifted in the epoch
 * @param expected samples that the plan is expected to select; null where it is not told
 * @param centers mean difficulty by cluster, easy to hard
 * @param sizes samples by cluster
 * @param lowers least difficulty by cluster
 * @param uppers greatest difficulty by cluster
 * @param bands what is kept; the first band that holds a sample decides
 * @param topUps what is kept besides, of classes of which the bands take too little
 * @param distribution samples by difficulty, ascending, without empty bins
 * @param hardest the samples of greatest difficulty, hardest first
 */
public record PlanFigures(
    int epoch,
    String policy,
    String signal,
    long known,
    long unseen,
    int windowStart,
    int windowSize,
    boolean annealing,
    Double expected,
    List<Double> centers,
    List<Long> sizes,
    List<Float> lowers,
    List<Float> uppers,
    List<Band> bands,
    List<TopUp> topUps,
    List<Bin> distribution,
    List<HardSample> hardest) {

  /**
   * An interval of difficulty, inclusive, with one keep probability and one weight.
   *
   * @param freshness any, fresh or stale
   * @param splitFrom where the band's share of its samples begins, in [0, 1)
   * @param splitTo where that share ends, in (0, 1]
   * @param byInclusion whether a sample's weight grows with the selections that it was not in
   */
  public record Band(
      float lower,
      float upper,
      String freshness,
      double splitFrom,
      double splitTo,
      double keep,
      float weight,
      boolean byInclusion) {

    private static Band of(io.sluice.protocol.wire.Band band) {
      return new Band(
          band.getLower(),
          band.getUpper(),
          band.getFreshness().name().toLowerCase(Locale.ROOT),
          band.getSplitFrom(),
          band.getSplitTo() == 0 ? 1 : band.getSplitTo(),
          band.getKeep(),
          band.getWeight(),
          band.getByInclusion());
    }
  }

  /** Which part of what the bands leave out of a class is selected all the same. */
  public record TopUp(int label, double keep) {}

  /** Samples whose difficulties lie between two bounds, inclusive. */
  public record Bin(float lower, float upper, long count) {}

  /** A sample and its difficulty. */
  public record HardSample(long id, float difficulty) {}

  /** What the plan says. */
  public static PlanFigures of(SelectionPlan plan) {
    List<io.sluice.protocol.wire.Cluster> clusters = plan.getClustersList();
    return new PlanFigures(
        plan.getEpoch(),
        plan.getPolicy(),
        plan.getSignal().isEmpty() ? null : plan.getSignal(),
        plan.getKnown(),
        plan.getUnseen(),
        plan.getWindowStart(),
        plan.getWindowSize(),
        plan.getAnnealing(),
        plan.getExpected() == 0 ? null : plan.getExpected(),
        clusters.stream().map(io.sluice.protocol.wire.Cluster::getCenter).toList(),
        clusters.stream().map(io.sluice.protocol.wire.Cluster::getSize).toList(),
        clusters.stream().map(io.sluice.protocol.wire.Cluster::getLower).toList(),
        clusters.stream().map(io.sluice.protocol.wire.Cluster::getUpper).toList(),
        plan.getBandsList().stream().map(Band::of).toList(),
        plan.getTopUpsList().stream()
            .map(topUp -> new TopUp(topUp.getLabel(), topUp.getKeep()))
            .toList(),
        plan.getDistributionList().stream()
            .map(bin -> new Bin(bin.getLower(), bin.getUpper(), bin.getCount()))
            .toList(),
        plan.getHardestList().stream()
            .map(sample -> new HardSample(sample.getId(), sample.getDifficulty()))
            .toList());
  }

  /** Ids of the hardest samples, hardest first. */
  public List<Long> hardestIds() {
    return hardest.stream().map(HardSample::id).toList();
  }
}
