package io.sluice.job.selection;

import java.util.ArrayList;
import java.util.List;

/**
 * A group of samples of similar difficulty.
 *
 * @param lowerCode the least code that occurs in it
 * @param upperCode the greatest code that occurs in it
 * @param size how many samples it has
 * @param center the mean of their difficulties
 */
public record Cluster(int lowerCode, int upperCode, long size, double center) {

  /**
   * Splits a cluster whose samples cannot be told apart by difficulty into equal groups. Which
   * sample belongs to which group is decided by {@link KeepHash#split}, so the sizes are the
   * expected ones, made whole: they differ by at most one and add up. No group is empty, so there
   * are no more groups than samples.
   */
  List<Cluster> splitEvenly(int groups) {
    int parts = (int) Math.min(groups, size);
    List<Cluster> split = new ArrayList<>(parts);
    for (int part = 0; part < parts; part++) {
      long share = size / parts + (part < size % parts ? 1 : 0);
      split.add(new Cluster(lowerCode, upperCode, share, center));
    }
    return split;
  }
}
