package io.sluice.local.experiment;

import io.sluice.local.AtomicFile;
import io.sluice.local.Console;
import io.sluice.protocol.UserError;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** Trains what a grid still lacks, run by run, and keeps the report up to date. */
final class Grid {

  private final Console console;
  private final Experiment experiment;
  private final Path out;
  private final String version;

  /**
   * @param out folder of results and reports
   */
  Grid(Console console, Experiment experiment, Path out, String version) {
    this.console = console;
    this.experiment = experiment;
    this.out = out;
    this.version = version;
  }

  Path resultsPath() {
    return out.resolve(experiment.name() + ".jsonl");
  }

  /** Runs without a result, each key once. */
  static List<PlannedRun> left(Experiment experiment, ResultsFile results, Predicate<Arm> wanted) {
    Set<String> keys = new HashSet<>();
    return experiment.grid().stream()
        .filter(run -> wanted.test(run.arm()))
        .filter(run -> results.find(run).isEmpty())
        .filter(run -> keys.add(run.key()))
        .toList();
  }

  /**
   * Trains the runs.
   *
   * <p>A run that fails for its settings, such as one that diverges, does not keep the others from
   * their turn; unless nothing has ever succeeded.
   *
   * @throws UserError when runs have failed
   */
  void train(List<PlannedRun> left, ResultsFile results, Trainer trainer)
      throws InterruptedException {
    int planned = (int) experiment.grid().stream().map(PlannedRun::key).distinct().count();
    boolean anyResult = left.size() < planned;
    List<String> failures = new ArrayList<>();
    int trained = 0;
    try (GridProgress progress = new GridProgress(console, planned, left, System::nanoTime)) {
      for (PlannedRun run : left) {
        progress.started(run);
        try {
          Trainer.Training training = trainer.train(run.config(), progress::at);
          ResultLine line = ResultLine.of(experiment, run, version, training);
          results.add(line);
          progress.finished(line);
          anyResult = true;
          trained++;
        } catch (UserError e) {
          if (!anyResult) {
            throw e;
          }
          failures.add(run.describe());
          progress.failed(e.getMessage());
          continue;
        }
        report(results);
      }
    } catch (InterruptedException e) {
      console.line(
          String.format(
              "Stopped with %d of %d runs done; the same command goes on from there.",
              planned - left.size() + trained, planned));
      throw e;
    }
    if (!failures.isEmpty()) {
      throw new UserError(
          String.format(
              "%d of %d runs failed (%s); the same command tries them again",
              failures.size(), left.size(), String.join("; ", failures)));
    }
  }

  /** Writes what the results say so far, for people and for tools. */
  void report(ResultsFile results) {
    Report report = Aggregation.report(experiment, results::find, version);
    AtomicFile.write(markdownPath(), file -> file.write(MarkdownReport.of(report)));
    AtomicFile.write(out.resolve(experiment.name() + ".json"), file -> file.write(report.toJson()));
  }

  Path markdownPath() {
    return out.resolve(experiment.name() + ".md");
  }
}
