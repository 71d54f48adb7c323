package io.sluice.local;

import java.util.ArrayList;
import java.util.List;

/**
 * Clusters, easy to hard, as a row of bars as high as the logarithm of their size; the window
 * stands out, by brackets where there are no colours: {@code ▂[▅█▃▂]▁▁}.
 */
final class WindowBar {

  private static final String BARS = "▁▂▃▄▅▆▇█";
  private static final int MAX_BARS = 40;

  private WindowBar() {}

  /**
   * @param sizes samples by cluster
   * @param start first cluster of the window
   * @param size number of clusters in the window
   */
  static String draw(List<Long> sizes, int start, int size, Console console) {
    int groups = Math.min(sizes.size(), MAX_BARS);
    List<Long> heights = new ArrayList<>();
    for (int group = 0; group < groups; group++) {
      heights.add(
          sizes.subList(edge(group, groups, sizes), edge(group + 1, groups, sizes)).stream()
              .mapToLong(Long::longValue)
              .sum());
    }
    // A bar that stands for several clusters is in the window as soon as one of them is.
    int from = size == 0 ? 0 : group(start, groups, sizes);
    int to = size == 0 ? 0 : group(start + size - 1, groups, sizes) + 1;
    String bars = bars(heights);
    String before = bars.substring(0, from);
    String window = bars.substring(from, to);
    String after = bars.substring(to);
    return console.colour()
        ? console.dim(before) + console.bold(window) + console.dim(after)
        : before + "[" + window + "]" + after;
  }

  private static String bars(List<Long> heights) {
    long greatest = heights.stream().mapToLong(Long::longValue).max().orElse(0);
    StringBuilder bars = new StringBuilder();
    for (long height : heights) {
      double share =
          greatest == 0 ? 0 : Math.log1p((double) height) / Math.log1p((double) greatest);
      int level = (int) Math.round(share * BARS.length()) - 1;
      bars.append(BARS.charAt(Math.max(0, level)));
    }
    return bars.toString();
  }

  private static int edge(int group, int groups, List<Long> sizes) {
    return (int) ((long) group * sizes.size() / groups);
  }

  private static int group(int cluster, int groups, List<Long> sizes) {
    int group = 0;
    while (edge(group + 1, groups, sizes) <= cluster) {
      group++;
    }
    return group;
  }
}
