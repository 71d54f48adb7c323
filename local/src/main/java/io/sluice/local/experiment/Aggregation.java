package io.sluice.local.experiment;

import io.sluice.local.EffectiveSettings;
import io.sluice.local.experiment.Report.AgainstFull;
import io.sluice.local.experiment.Report.ArmReport;
import io.sluice.local.experiment.Report.Point;
import io.sluice.local.experiment.Report.Spread;
import io.sluice.protocol.config.RunConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/** From the results of single runs to the means that a report shows. */
final class Aggregation {

  private final Experiment experiment;
  private final List<PlannedRun> grid;
  private final Function<PlannedRun, Optional<ResultLine>> results;

  private Aggregation(Experiment experiment, Function<PlannedRun, Optional<ResultLine>> results) {
    this.experiment = experiment;
    this.grid = experiment.grid();
    this.results = results;
  }

  /**
   * @param results finds the result of a run, if it has one
   */
  static Report report(
      Experiment experiment, Function<PlannedRun, Optional<ResultLine>> results, String version) {
    return new Aggregation(experiment, results).report(version);
  }

  private Report report(String version) {
    Optional<Arm> full = experiment.full();
    Map<Long, ResultLine> fullBySeed =
        full.map(arm -> bySeed(arm, Optional.empty())).orElse(Map.of());
    List<ArmReport> arms = new ArrayList<>();
    for (Arm arm : experiment.arms()) {
      for (Optional<Saving> saving : arm.savings(experiment.savings())) {
        Map<Long, ResultLine> bySeed = bySeed(arm, saving);
        if (!bySeed.isEmpty()) {
          arms.add(armReport(arm, saving, bySeed, fullBySeed));
        }
      }
    }
    return new Report(
        experiment.name(),
        version,
        EffectiveSettings.of(experiment.base()),
        experiment.epochs(),
        experiment.seeds(),
        experiment.savings().stream().map(Saving::fraction).toList(),
        keys(grid.stream().filter(run -> results.apply(run).isPresent())),
        keys(grid.stream()),
        full.map(Arm::name).orElse(null),
        arms);
  }

  /** Arms of the same settings share their runs. */
  private static int keys(Stream<PlannedRun> runs) {
    return (int) runs.map(PlannedRun::key).distinct().count();
  }

  /** In the order of the seeds. */
  private Map<Long, ResultLine> bySeed(Arm arm, Optional<Saving> saving) {
    Map<Long, ResultLine> bySeed = new LinkedHashMap<>();
    for (PlannedRun run : grid) {
      if (run.arm().equals(arm) && run.saving().equals(saving)) {
        results.apply(run).ifPresent(line -> bySeed.put(run.seed(), line));
      }
    }
    return bySeed;
  }

  private ArmReport armReport(
      Arm arm,
      Optional<Saving> saving,
      Map<Long, ResultLine> bySeed,
      Map<Long, ResultLine> fullBySeed) {
    List<ResultLine> lines = List.copyOf(bySeed.values());
    return new ArmReport(
        arm.name(),
        saving.map(Saving::fraction).orElse(null),
        differences(arm.config(experiment.base(), saving)),
        lines.size(),
        List.copyOf(bySeed.keySet()),
        mean(lines, ResultLine::samplesTrained),
        mean(lines, ResultLine::savedFraction),
        spread(lines, ResultLine::finalTestAccuracy),
        spread(lines, ResultLine::bestTestAccuracy),
        againstFull(bySeed, fullBySeed),
        mean(lines, ResultLine::seconds),
        mean(lines, ResultLine::trainSeconds),
        curve(lines));
  }

  private Map<String, Object> differences(RunConfig config) {
    Map<String, Object> base = EffectiveSettings.of(experiment.base());
    Map<String, Object> differences = new LinkedHashMap<>();
    EffectiveSettings.of(config)
        .forEach(
            (key, value) -> {
              if (!value.equals(base.get(key))) {
                differences.put(key, value);
              }
            });
    return differences;
  }

  /** Of the same seeds, since these share the data's order and the first weights. */
  private static AgainstFull againstFull(
      Map<Long, ResultLine> bySeed, Map<Long, ResultLine> fullBySeed) {
    List<Long> both = bySeed.keySet().stream().filter(fullBySeed::containsKey).toList();
    if (both.isEmpty()) {
      return null;
    }
    List<ResultLine> ours = both.stream().map(bySeed::get).toList();
    List<ResultLine> full = both.stream().map(fullBySeed::get).toList();
    return new AgainstFull(
        both.size(),
        mean(ours, ResultLine::finalTestAccuracy) - mean(full, ResultLine::finalTestAccuracy),
        both.stream()
            .mapToDouble(
                seed ->
                    bySeed.get(seed).finalTestAccuracy() - fullBySeed.get(seed).finalTestAccuracy())
            .min()
            .orElseThrow(),
        mean(ours, ResultLine::seconds) / mean(full, ResultLine::seconds),
        mean(ours, ResultLine::trainSeconds) / mean(full, ResultLine::trainSeconds));
  }

  private static List<Point> curve(List<ResultLine> lines) {
    Map<Integer, List<Point>> byEpoch = new TreeMap<>();
    for (ResultLine line : lines) {
      long trained = 0;
      for (EpochLine epoch : line.epochs()) {
        trained += epoch.trained();
        byEpoch
            .computeIfAbsent(epoch.epoch(), e -> new ArrayList<>())
            .add(new Point(epoch.epoch(), trained, epoch.elapsedMs() / 1e3, epoch.testAccuracy()));
      }
    }
    List<Point> curve = new ArrayList<>();
    byEpoch.forEach(
        (epoch, points) ->
            curve.add(
                new Point(
                    epoch,
                    mean(points, Point::samplesTrained),
                    mean(points, Point::seconds),
                    mean(points, Point::testAccuracy))));
    return curve;
  }

  private static Spread spread(List<ResultLine> lines, ToDoubleFunction<ResultLine> figure) {
    double mean = mean(lines, figure);
    double min = values(lines, figure).min().orElseThrow();
    double max = values(lines, figure).max().orElseThrow();
    double squares = values(lines, figure).map(x -> (x - mean) * (x - mean)).sum();
    return new Spread(
        mean,
        min,
        max,
        max - min,
        lines.size() < 2 ? null : Math.sqrt(squares / (lines.size() - 1)));
  }

  private static <T> double mean(List<T> of, ToDoubleFunction<T> figure) {
    return values(of, figure).average().orElseThrow();
  }

  private static <T> DoubleStream values(List<T> of, ToDoubleFunction<T> figure) {
    return of.stream().mapToDouble(figure);
  }
}
