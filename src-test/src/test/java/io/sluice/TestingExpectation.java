package io.sluice;

import io.sluice.job.SelectionOptions;
import io.sluice.job.selection.BandFilter;
import io.sluice.job.selection.DifficultyCode;
import io.sluice.job.selection.Histogram;
import io.sluice.job.selection.Population;
import io.sluice.job.selection.SelectionPlan;
import io.sluice.job.selection.SelectionPlanner;
import io.sluice.job.selection.Spending;
import io.sluice.protocol.Sharding;
import io.sluice.protocol.config.Options;
import io.sluice.protocol.config.RunConfig;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What the selection of an epoch has to be, computed without a job. */
final class TestingExpectation {

  private TestingExpectation() {}

  /**
   * @param known all samples there are
   * @param difficulty that of the samples that were measured
   * @return ordered by shard and local index
   */
  static List<Long> selection(
      RunConfig config, int epoch, Collection<Long> known, Map<Long, Float> difficulty) {
    Histogram histogram = new Histogram();
    difficulty.values().forEach(value -> histogram.add(DifficultyCode.encode(value)));
    SelectionPlan plan =
        SelectionPlanner.plan(
            epoch,
            Population.of(histogram.toSparse()),
            known.size() - difficulty.size(),
            Spending.NONE,
            SelectionOptions.from(config));
    BandFilter filter = new BandFilter(plan, config.get(Options.SEED));
    Sharding sharding = config.sharding();
    return known.stream()
        .filter(
            id -> {
              Float value = difficulty.get(id);
              char code = value == null ? DifficultyCode.UNSEEN : DifficultyCode.encode(value);
              return filter.select(id, code, false) >= 0;
            })
        .sorted(
            Comparator.<Long>comparingInt(sharding::shardOf)
                .thenComparingLong(sharding::localIndexOf))
        .collect(Collectors.toList());
  }
}
